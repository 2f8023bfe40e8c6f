import { Alert, Button, Group, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { messageOf } from '@/api/client';
import { bytesQuery, type Delivery, editDelivery } from '@/api/records';
import { useAct } from '@/parts/ask/useAct';
import { prettyJson } from '@/parts/bytes/pretty';
import { DiffView } from '@/parts/diff/DiffView';
import { Disclose } from '@/parts/frame/Disclose';
import { Loaded } from '@/parts/frame/states';

export function EditDelivery({ delivery, close }: { delivery: Delivery; close: () => void }) {
  const query = useQuery(bytesQuery('deliveries', delivery.id));
  return (
    <Loaded query={query} lines={5}>
      {(bytes) =>
        bytes.retired || bytes.masked ? (
          <Alert color="gray">
            {bytes.retired
              ? 'The content is past its retention and cannot be edited. Rebuild the record instead.'
              : 'Personal data is masked for your role, so what is sent cannot be edited here. Ask a data steward.'}
          </Alert>
        ) : (
          <EditForm delivery={delivery} sent={bytes.parts} close={close} />
        )
      }
    </Loaded>
  );
}

function EditForm({ delivery, sent, close }: { delivery: Delivery; sent: string[]; close: () => void }) {
  const [parts, setParts] = useState(() => sent.map(prettyJson));
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const act = useAct();
  const problem = (text: string): string | null => {
    try {
      JSON.parse(text);
      return null;
    } catch (failure) {
      return messageOf(failure);
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (note.trim() === '' || parts.some((text) => problem(text) !== null)) return;
    setBusy(true);
    try {
      // A part that was not touched goes as it was, byte for byte.
      const now = parts.map((text, i) => (text === prettyJson(sent[i] ?? '') ? (sent[i] ?? '') : text));
      await act(
        () => editDelivery(delivery.id, now, note.trim()),
        (said) => said?.message || 'It waits to be sent.',
        ['records', 'cases'],
      );
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        {parts.map((text, i) => (
          <Textarea
            key={i}
            label={parts.length === 1 ? 'What is sent' : `Part ${i + 1} of ${parts.length}`}
            autosize
            minRows={6}
            maxRows={18}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            value={text}
            error={tried ? problem(text) : null}
            onChange={(event) => {
              const next = event.currentTarget.value;
              setParts((old) => old.map((one, k) => (k === i ? next : one)));
            }}
          />
        ))}
        <Disclose label="Difference to what was sent">
          {parts.map((text, i) => (
            <DiffView key={i} sent={sent[i] ?? ''} now={text} label={`Difference of part ${i + 1}`} />
          ))}
        </Disclose>
        <Textarea
          label="Why"
          description="Kept with the delivery and in the audit"
          required
          value={note}
          error={tried && note.trim() === '' ? 'Say why' : null}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Send the edited
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
