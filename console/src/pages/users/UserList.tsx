import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type Account, accountsQuery } from '@/api/accounts';
import { roleWords } from '@/api/role';
import { FilterText } from '@/parts/filters/controls';
import { FilterBar } from '@/parts/filters/FilterBar';
import { useFilters } from '@/parts/filters/useFilters';
import { OpenLink } from '@/parts/frame/OpenLink';
import { Panel } from '@/parts/frame/Panel';
import { SideDrawer } from '@/parts/frame/SideDrawer';
import { Empty } from '@/parts/frame/states';
import { useSession } from '@/parts/session/useSession';
import { ToneBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import { DataTable } from '@/parts/table/DataTable';
import { TimeText } from '@/parts/time/TimeText';
import { usersShape } from './filters';
import { UserDetails } from './UserForm';
import classes from './Users.module.css';

const columns: ColumnDef<Account>[] = [
  {
    id: 'name',
    header: 'User',
    cell: ({ row: { original } }) => (
      <>
        <OpenLink name="user" value={original.name} className={classes.name ?? ''}>
          {original.display || original.name}
        </OpenLink>
        <div className={classes.small}>
          {original.name}
          {original.email ? ` · ${original.email}` : ''}
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
    meta: { phone: 'left' },
  },
  {
    id: 'state',
    header: 'Sign-in',
    cell: ({ row: { original } }) =>
      original.disabled ? (
        <ToneBadge tone="quiet" word="Disabled" />
      ) : original.must_change_password ? (
        <ToneBadge tone="wait" word="First password" />
      ) : original.source === 'single_sign_on' ? (
        'Single sign-on'
      ) : (
        'Password'
      ),
    meta: { phone: 'right' },
  },
  {
    id: 'seen',
    header: 'Last seen',
    cell: ({ row: { original } }) =>
      original.last_seen_at ? <TimeText at={original.last_seen_at} /> : <span className="dim">never</span>,
    meta: { phone: 'hide', align: 'right' },
  },
];

export function UserList() {
  const query = useQuery(accountsQuery);
  const [search, set] = useFilters(usersShape);
  const { single_sign_on } = useSession();
  const all = query.data?.items ?? [];
  const text = (search.text ?? '').toLowerCase();
  const rows = all.filter((one) =>
    `${one.name} ${one.display} ${one.email ?? ''} ${one.role} ${one.teams.join(' ')}`
      .toLowerCase()
      .includes(text),
  );
  const shown = all.find((one) => one.name === search.user);
  return (
    <>
      <FilterBar
        main={
          <FilterText
            label="User, role or team"
            value={search.text}
            onChange={(next) => set({ text: next })}
          />
        }
      />
      <Panel flush>
        <DataTable
          label="Users"
          rows={rows}
          columns={columns}
          idOf={(one) => one.name}
          loading={query.isPending}
          error={query.data === undefined ? query.error : null}
          onRetry={() => void query.refetch()}
          empty={<Empty title="No user matches">Names, addresses, roles and teams are searched.</Empty>}
        />
      </Panel>
      <Panel title="Single sign-on">
        <p className={classes.sso}>
          {single_sign_on
            ? `On: people sign in with “${single_sign_on.label}”. An account is made at the first sign-in; roles and teams follow the rules in the configuration file.`
            : 'Not set up: everybody signs in with a password. An administrator of the machine adds [hub.single_sign_on] to the configuration file.'}
        </p>
      </Panel>
      <SideDrawer
        title={shown?.display || shown?.name || ''}
        open={shown !== undefined}
        onClose={() => set({ user: undefined })}
      >
        {shown && (
          <UserDetails key={shown.name} account={shown} all={all} close={() => set({ user: undefined })} />
        )}
      </SideDrawer>
    </>
  );
}
