import { Alert, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconDownload, IconSearch, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { erasePerson, exportPerson, type Found, findPerson, type Subject } from '@/api/audit';
import { messageOf } from '@/api/client';
import { ask } from '@/parts/ask/ask';
import { tell } from '@/parts/ask/useAct';
import { prettyJson } from '@/parts/bytes/pretty';
import { Facts, Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { sentence } from '@/parts/state/words';
import classes from './Privacy.module.css';
import { erasureLook, fileName, holdsNothing, type Known, problemOf, subjectOf } from './person';

const kinds: { value: Known; label: string }[] = [
  { value: 'email', label: 'E-mail' },
  { value: 'phone', label: 'Phone' },
  { value: 'customer', label: 'Customer number' },
];

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function FindPerson() {
  const [kind, setKind] = useState<Known>('email');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [result, setResult] = useState<{ subject: Subject; said: string; found: Found } | null>(null);
  const wrong = problemOf(kind, text);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong || busy) return;
    setBusy(true);
    setError(null);
    setResult(null);
    const subject = subjectOf(kind, text);
    try {
      setResult({ subject, said: text.trim(), found: await findPerson(subject) });
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  };
  return (
    <>
      <Panel title="Find a person">
        <form className={classes.form} onSubmit={(event) => void submit(event)} noValidate>
          <NativeSelect
            label="Known by"
            value={kind}
            data={kinds}
            onChange={(event) => {
              setKind(event.currentTarget.value as Known);
              setTried(false);
            }}
          />
          <TextInput
            label={kinds.find((one) => one.value === kind)?.label ?? ''}
            type={kind === 'email' ? 'email' : kind === 'phone' ? 'tel' : 'text'}
            autoComplete="off"
            spellCheck={false}
            value={text}
            error={tried ? wrong : null}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button
            className={classes.submit ?? ''}
            type="submit"
            loading={busy}
            leftSection={<IconSearch size={16} aria-hidden />}
          >
            Find
          </Button>
        </form>
        {error !== null && (
          <Alert color="red" role="alert" mt="md">
            {error}
          </Alert>
        )}
      </Panel>
      {result && <Held {...result} gone={() => setResult(null)} />}
    </>
  );
}

function Held({
  subject,
  said,
  found,
  gone,
}: {
  subject: Subject;
  said: string;
  found: Found;
  gone: () => void;
}) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const nothing = holdsNothing(found);
  const others = (found.identifiers ?? []).filter(
    (one) => one.value !== said && !found.addresses.includes(one.value),
  );
  const copy = async () => {
    setBusy(true);
    try {
      download(`${prettyJson(await exportPerson(subject))}\n`, fileName(new Date()));
      tell('The copy is made. Check that it is about this person only before you send it.');
    } catch (failure) {
      tell(messageOf(failure), true);
    }
    setBusy(false);
  };
  const erase = () =>
    ask({
      title: 'Erase this person?',
      body: (
        <>
          <p>
            What the hub holds about {said} is erased: {found.records.toLocaleString('en-GB')} records,{' '}
            {found.facts.toLocaleString('en-GB')} facts
            {found.arrivals ? `, ${found.arrivals.toLocaleString('en-GB')} arrivals` : ''}. Everything listed
            as the same person goes with it, and the platforms are asked to forget them. The lines stay
            without the person, so that totals still fit.
          </p>
          <p>
            <strong>This cannot be undone.</strong>
          </p>
        </>
      ),
      action: 'Erase',
      danger: true,
      understood: 'I have made sure that it is this person, and erased them in Sitoo first',
      typed: 'erase',
      run: async () => {
        const erasure = await erasePerson(subject);
        tell(erasureLook(erasure.state).text || 'Erased.');
        void queries.invalidateQueries({ queryKey: ['erasures'] });
        gone();
      },
    });
  return (
    <Panel title={`What is held about ${said}`}>
      {nothing ? (
        <Empty title="Nothing is held">
          Look for the other addresses, phones and numbers of the person too: one may be there twice.
        </Empty>
      ) : (
        <Facts
          items={[
            ['Records', found.records.toLocaleString('en-GB')],
            ['Facts', found.facts.toLocaleString('en-GB')],
            ...(found.arrivals !== undefined
              ? ([['Arrivals', found.arrivals.toLocaleString('en-GB')]] as const)
              : []),
            ['Addresses', found.addresses.join(', ') || '–'],
            ...(others.length > 0
              ? ([
                  ['Also known as', others.map((one) => `${sentence(one.kind)} ${one.value}`).join(', ')],
                ] as const)
              : []),
          ]}
        />
      )}
      {(found.erased_before?.length ?? 0) > 0 && (
        <p className={classes.note}>
          This person was erased before (erasure {found.erased_before?.join(', ')}) and has come back, by a
          late event or a backup that was put back.
        </p>
      )}
      {(found.notes?.length ?? 0) > 0 && (
        <div className={classes.note}>
          <strong>Look at this first</strong>
          <ul className={classes.list}>
            {found.notes?.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      )}
      {!nothing && (
        <div className={classes.acts}>
          <Button
            variant="default"
            loading={busy}
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => void copy()}
          >
            Download the copy (JSON)
          </Button>
          <Button
            variant="light"
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={erase}
          >
            Erase…
          </Button>
        </div>
      )}
    </Panel>
  );
}
