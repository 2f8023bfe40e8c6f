import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { type Store, storesQuery } from '@/api/connections';
import { askToPause, askToResume } from '@/parts/ask/pausing';
import { useAct } from '@/parts/ask/useAct';
import { FilterChoice, FilterText } from '@/parts/filters/controls';
import { FilterBar } from '@/parts/filters/FilterBar';
import { countSet } from '@/parts/filters/search';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay, useZone } from '@/parts/session/useSession';
import { useWorkspace } from '@/parts/session/useWorkspace';
import { StateBadge, ToneBadge } from '@/parts/state/StateBadge';
import { lookOf } from '@/parts/state/words';
import { DataTable } from '@/parts/table/DataTable';
import { fullTime, shortTime, utcText } from '@/parts/time/format';
import { TimeText } from '@/parts/time/TimeText';
import { useNow } from '@/parts/time/useNow';
import { storesShape } from './filters';
import { share, sortStores, storeMatches } from './order';
import classes from './Stores.module.css';

// Whatever clock a user prefers elsewhere: a store's day is told in the store's time.
function LastSale({ at }: { at: string | null }) {
  const zone = useZone();
  const now = useNow();
  if (!at) return <span className="dim">none known</span>;
  const moment = new Date(at);
  return (
    <time dateTime={at} className="nowrap" title={`${fullTime(moment, zone)} (${zone})\n${utcText(moment)}`}>
      {shortTime(moment, zone, now)}
    </time>
  );
}

const number = (value: number) => value.toLocaleString('en-GB');

const columns: ColumnDef<Store>[] = [
  {
    id: 'store',
    header: 'Store',
    cell: ({ row: { original } }) => (
      <>
        <Link to="/search" search={{ store: original.store } as never} className={classes.name}>
          {original.store}
        </Link>
        <div className={classes.text}>{original.text}</div>
        {original.paused && (
          <div className={classes.paused}>
            Paused by {original.paused.by || 'somebody'}, <TimeText at={original.paused.at} />
            {original.paused.reason ? `: ${original.paused.reason}` : ''}
          </div>
        )}
      </>
    ),
    meta: { phone: 'left' },
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row: { original } }) => (
      <span className={classes.states}>
        <StateBadge of="store" state={original.state} />
        {original.paused && <ToneBadge tone="wait" word="Paused" />}
      </span>
    ),
    meta: { phone: 'right' },
  },
  {
    id: 'last',
    header: 'Last sale',
    cell: ({ row: { original } }) => <LastSale at={original.last_sale_at} />,
    meta: { phone: 'left' },
  },
  {
    id: 'today',
    header: 'Sales today',
    cell: ({ row: { original } }) => (
      <>
        {number(original.sales_today)} <span className={classes.phoneWord}>sales today</span>
      </>
    ),
    meta: { phone: 'right', align: 'right' },
  },
  {
    id: 'yesterday',
    header: 'Yesterday',
    cell: ({ row: { original } }) => (
      <span className={classes.yesterday}>
        {number(original.sales_yesterday)} <span className={classes.phoneWord}>yesterday</span>
      </span>
    ),
    meta: { phone: 'left', align: 'right' },
  },
  {
    id: 'returns',
    header: 'Returns today',
    cell: ({ row: { original } }) => number(original.returns_today),
    meta: { phone: 'hide', align: 'right' },
  },
  {
    id: 'unidentified',
    header: 'Unidentified',
    cell: ({ row: { original } }) => (
      <>
        {number(original.unidentified_today)}{' '}
        <span className="dim">{share(original.unidentified_today, original.sales_today)}</span>
      </>
    ),
    meta: { phone: 'hide', align: 'right' },
  },
  {
    id: 'acts',
    header: () => <span className="dim">Acts</span>,
    cell: ({ row: { original } }) => <StoreMenu store={original} />,
    meta: { phone: 'right', align: 'right', width: 56 },
  },
];

function StoreMenu({ store }: { store: Store }) {
  const act = useAct();
  const workspace = useWorkspace();
  if (!useMay('operator')) return null;
  const about = { workspace, what: 'stores', name: store.store, title: `store ${store.store}` } as const;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Acts for ${store.store}`}>
          <IconDots size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {store.paused ? (
          <Menu.Item
            onClick={() =>
              askToResume({ ...about, meaning: 'What this store sold meanwhile goes out in its order.' }, act)
            }
          >
            Resume…
          </Menu.Item>
        ) : (
          <Menu.Item
            onClick={() =>
              askToPause(
                {
                  ...about,
                  meaning:
                    'What this store sells is still read and planned, but not sent to any platform. Nothing is lost. Later sales of the same customers in other stores wait behind it.',
                },
                act,
              )
            }
          >
            Pause…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

export function StoresPage() {
  const query = useQuery(storesQuery);
  const [search, set, setAll] = useFilters(storesShape);
  const all = query.data?.items ?? [];
  const rows = useMemo(() => sortStores(all.filter((one) => storeMatches(one, search))), [all, search]);
  const narrowed = countSet(search);
  return (
    <PageFrame title="Stores" lead="Whether each store trades as usual, in the stores' own time.">
      <FilterBar
        set={narrowed}
        onClear={() => setAll({})}
        main={<FilterText label="Store" value={search.text} onChange={(text) => set({ text })} />}
      >
        <FilterChoice
          label="State"
          value={search.state}
          options={storesShape.state.map((value) => ({ value, label: lookOf('store', value).word }))}
          onChange={(state) => set({ state })}
        />
      </FilterBar>
      <Panel flush>
        <DataTable
          label="Stores"
          rows={rows}
          columns={columns}
          idOf={(one) => one.store}
          loading={query.isPending}
          error={query.data === undefined ? query.error : null}
          onRetry={() => void query.refetch()}
          toneOf={(one) => (one.state === 'silent' ? 'bad' : undefined)}
          empty={
            narrowed > 0 ? (
              <Empty title="No store matches">Fewer filters find more.</Empty>
            ) : (
              <Empty title="No store has sold yet">A store appears with its first sale.</Empty>
            )
          }
        />
      </Panel>
    </PageFrame>
  );
}
