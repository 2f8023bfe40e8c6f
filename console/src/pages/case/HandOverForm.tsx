import { Alert, Button, Group, NativeSelect, Select, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type CaseDetail, handOverCase } from '@/api/cases';
import { messageOf } from '@/api/client';
import { peopleQuery } from '@/api/session';
import { useAct } from '@/parts/ask/useAct';
import { useSession, useUser } from '@/parts/session/useSession';
import { sentence } from '@/parts/state/words';

export function HandOverForm({ one, close }: { one: CaseDetail; close: () => void }) {
  const user = useUser();
  const { teams } = useSession();
  const people = useQuery(peopleQuery).data?.items ?? [];
  const own = user.teams.find((team) => team !== one.team);
  const [team, setTeam] = useState(own ?? teams.find((name) => name !== one.team) ?? one.team);
  const [to, setTo] = useState<string | null>(own ? user.name : null);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const act = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (note.trim() === '') return;
    setBusy(true);
    try {
      await act(() => handOverCase(one.id, { team, to, note: note.trim() }), `Handed over to ${team}.`, [
        'cases',
      ]);
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <NativeSelect
          label="Team"
          data-autofocus
          value={team}
          data={teams.map((name) => ({ value: name, label: sentence(name) }))}
          onChange={(event) => {
            setTeam(event.currentTarget.value);
            setTo(null);
          }}
        />
        <Select
          label="To"
          description="Nobody: the team finds somebody"
          clearable
          searchable
          value={to}
          onChange={setTo}
          data={people
            .filter((person) => person.teams.includes(team))
            .map((person) => ({ value: person.name, label: person.display || person.name }))}
        />
        <Textarea
          label="Note"
          description="What is known, and why it is theirs"
          required
          autosize
          minRows={2}
          value={note}
          error={tried && note.trim() === '' ? 'Write what they need to know' : null}
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
            Hand over
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
