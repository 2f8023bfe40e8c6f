import { Alert, Button, Group, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { assignCase, type CaseDetail } from '@/api/cases';
import { messageOf } from '@/api/client';
import { type Person, peopleQuery } from '@/api/session';
import { useAct } from '@/parts/ask/useAct';
import { useUser } from '@/parts/session/useSession';

// People of the team first: they are meant most of the time.
export function choicesFor(people: readonly Person[], team: string, me: string) {
  const option = (person: Person) => ({
    value: person.name,
    label: `${person.display || person.name}${person.name === me ? ' (you)' : ''}`,
  });
  const inTeam = people.filter((person) => person.teams.includes(team));
  const others = people.filter((person) => !person.teams.includes(team));
  return [
    { group: 'In the team', items: inTeam.map(option) },
    { group: 'Others', items: others.map(option) },
  ].filter((group) => group.items.length > 0);
}

export function AssignForm({ one, close }: { one: CaseDetail; close: () => void }) {
  const user = useUser();
  const people = useQuery(peopleQuery).data?.items ?? [];
  const [to, setTo] = useState<string | null>(one.assignee || user.name);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const act = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!to) {
      setError('Choose somebody');
      return;
    }
    setBusy(true);
    try {
      await act(() => assignCase(one.id, { to }), `Assigned to ${to === user.name ? 'you' : to}.`, ['cases']);
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <Select
          label="To"
          searchable
          openOnFocus={false}
          data-autofocus
          value={to}
          onChange={setTo}
          data={choicesFor(people, one.team, user.name)}
          nothingFoundMessage="Nobody of that name"
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
            Assign
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
