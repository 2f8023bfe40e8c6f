import { Alert, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type FormEvent, useState } from 'react';
import { addToken, removeToken, type Token, tokensQuery } from '@/api/accounts';
import { messageOf } from '@/api/client';
import { roleWords } from '@/api/role';
import type { Role } from '@/api/session';
import { ask } from '@/parts/ask/ask';
import { tell } from '@/parts/ask/useAct';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { ToneBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import { DataTable } from '@/parts/table/DataTable';
import { TimeText } from '@/parts/time/TimeText';
import { RoleField, TeamsField } from './fields';
import { expiryOf, type Lifetime } from './rules';
import { showSecret } from './SecretOnce';
import classes from './Users.module.css';

const columns: ColumnDef<Token>[] = [
  {
    id: 'name',
    header: 'Token',
    cell: ({ row: { original } }) => (
      <>
        <span className={classes.name}>{original.name}</span>
        <div className={classes.small}>
          by {original.by}, <TimeText at={original.created_at} />
        </div>
      </>
    ),
    meta: { phone: 'left' },
  },
  {
    id: 'role',
    header: 'Role',
    cell: ({ row: { original } }) => roleWords[original.role] ?? original.role,
    meta: { phone: 'right' },
  },
  {
    id: 'teams',
    header: 'Teams',
    cell: ({ row: { original } }) =>
      original.teams.map(sentence).join(', ') || <span className="dim">–</span>,
    meta: { phone: 'hide' },
  },
  {
    id: 'expires',
    header: 'Ends',
    cell: ({ row: { original } }) =>
      original.expires_at === null ? (
        <span className="dim">never</span>
      ) : Date.parse(original.expires_at) < Date.now() ? (
        <ToneBadge tone="quiet" word="Ended" />
      ) : (
        <TimeText at={original.expires_at} />
      ),
    meta: { phone: 'left' },
  },
  {
    id: 'seen',
    header: 'Last used',
    cell: ({ row: { original } }) =>
      original.last_seen_at ? <TimeText at={original.last_seen_at} /> : <span className="dim">never</span>,
    meta: { phone: 'hide', align: 'right' },
  },
  {
    id: 'acts',
    header: () => <span className="dim">Acts</span>,
    cell: ({ row: { original } }) => <Revoke token={original} />,
    meta: { phone: 'right', align: 'right', width: 100 },
  },
];

function Revoke({ token }: { token: Token }) {
  const queries = useQueryClient();
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`Revoke ${token.name}`}
      onClick={() =>
        ask({
          title: `Revoke ${token.name}?`,
          body: 'What uses it is refused from now on. This cannot be undone; a new token can be made.',
          action: 'Revoke',
          danger: true,
          run: async () => {
            await removeToken(token.id);
            tell(`${token.name} is revoked.`);
            await queries.invalidateQueries(tokensQuery);
          },
        })
      }
    >
      Revoke…
    </Button>
  );
}

export function openNewToken(): void {
  const id = modals.open({ title: 'Make a token', children: <NewToken close={() => modals.close(id)} /> });
}

function NewToken({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [teams, setTeams] = useState<string[]>([]);
  const [days, setDays] = useState<Lifetime>('365');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '' || busy) return;
    setBusy(true);
    setError(null);
    try {
      const expires = expiryOf(days, new Date());
      const { token } = await addToken({
        name: name.trim(),
        role,
        teams,
        ...(expires ? { expires_at: expires } : {}),
      });
      void queries.invalidateQueries(tokensQuery);
      close();
      showSecret({
        title: `Token ${name.trim()}`,
        lead: 'Programs send it as Authorization: Bearer. Keep it where they keep their secrets.',
        secret: token,
      });
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <TextInput
          label="What it is for"
          required
          data-autofocus
          value={name}
          error={tried && name.trim() === '' ? 'Give it a name' : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleField value={role} onChange={setRole} />
        <TeamsField value={teams} onChange={setTeams} />
        <NativeSelect
          label="Ends after"
          value={days}
          data={[
            { value: '30', label: '30 days' },
            { value: '90', label: '90 days' },
            { value: '365', label: 'A year' },
            { value: '', label: 'Never' },
          ]}
          onChange={(event) => setDays(event.currentTarget.value as Lifetime)}
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
            Make
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function TokenList() {
  const query = useQuery(tokensQuery);
  return (
    <Panel flush>
      <DataTable
        label="Tokens"
        rows={query.data?.items ?? []}
        columns={columns}
        idOf={(one) => one.id}
        loading={query.isPending}
        error={query.data === undefined ? query.error : null}
        onRetry={() => void query.refetch()}
        empty={<Empty title="No token">A token lets a program call the hub, with a role of its own.</Empty>}
      />
    </Panel>
  );
}
