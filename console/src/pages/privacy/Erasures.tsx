import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type Erasure, erasurePage, oneErasure } from '@/api/audit';
import { Copy } from '@/parts/bytes/BytesView';
import { useFilters } from '@/parts/filters/useFilters';
import { OpenLink } from '@/parts/frame/OpenLink';
import { Facts, Panel } from '@/parts/frame/Panel';
import { SideDrawer } from '@/parts/frame/SideDrawer';
import { Empty, Loaded } from '@/parts/frame/states';
import { ToneBadge } from '@/parts/state/StateBadge';
import { platformTitle } from '@/parts/state/words';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { TimeText } from '@/parts/time/TimeText';
import { privacyShape } from './filters';
import classes from './Privacy.module.css';
import { erasureLook } from './person';

const columns: ColumnDef<Erasure>[] = [
  {
    id: 'id',
    header: 'Erasure',
    cell: ({ row: { original } }) => (
      <OpenLink name="erasure" value={original.id} className={classes.name ?? ''}>
        {original.id}
      </OpenLink>
    ),
    meta: { phone: 'left' },
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row: { original } }) => {
      const look = erasureLook(original.state);
      return <ToneBadge tone={look.tone} word={look.word} title={look.text} />;
    },
    meta: { phone: 'line' },
  },
  {
    id: 'by',
    header: 'By',
    cell: ({ row: { original } }) => original.by || <span className="dim">–</span>,
    meta: { phone: 'left' },
  },
  {
    id: 'at',
    header: 'When',
    cell: ({ row: { original } }) => <TimeText at={original.at ?? original.proof[0]?.at} />,
    meta: { phone: 'right', align: 'right' },
  },
];

export function Erasures() {
  const [search, set] = useFilters(privacyShape);
  const list = useKeysetList<Erasure>({
    queryKey: ['erasures'],
    read: erasurePage,
    idOf: (one) => one.id,
  });
  return (
    <Panel title="Erasures" flush>
      <DataTable
        label="Erasures"
        rows={list.items}
        columns={columns}
        idOf={(one) => one.id}
        loading={list.loading}
        error={list.error}
        onRetry={list.refresh}
        hasMore={list.hasMore}
        loadingMore={list.loadingMore}
        onMore={list.more}
        toneOf={(one) => (one.state === 'refused' ? 'bad' : undefined)}
        empty={
          <Empty title="Nobody was erased">Each erasure leaves a proof here that names no person.</Empty>
        }
      />
      <SideDrawer
        title={`Erasure ${search.erasure ?? ''}`}
        open={search.erasure !== undefined}
        onClose={() => set({ erasure: undefined })}
      >
        {search.erasure !== undefined && <Proof id={search.erasure} />}
      </SideDrawer>
    </Panel>
  );
}

function Proof({ id }: { id: string }) {
  const query = useQuery({ queryKey: ['erasures', id], queryFn: ({ signal }) => oneErasure(id, signal) });
  return (
    <Loaded query={query} lines={6}>
      {(erasure) => {
        const look = erasureLook(erasure.state);
        return (
          <>
            <Facts
              items={[
                ['State', <ToneBadge key="state" tone={look.tone} word={look.word} />],
                ['Means', look.text],
                ['By', erasure.by || '–'],
                ['When', <TimeText key="at" at={erasure.at ?? erasure.proof[0]?.at} />],
              ]}
            />
            <Title order={2} mt="md" mb={4}>
              Proof
            </Title>
            {erasure.proof.map((line, i) => (
              <div key={i} className={classes.proof}>
                <div>
                  <strong>{platformTitle(line.where)}</strong>: {line.count.toLocaleString('en-GB')}{' '}
                  {line.what}
                </div>
                <div className={classes.small}>
                  {line.answer} · <TimeText at={line.at} />
                </div>
              </div>
            ))}
            {erasure.proof.length === 0 && <p className="dim">Nothing was done yet.</p>}
            <p className={classes.small}>
              It names no person; the hub recognises them by keyed hashes.{' '}
              <Copy text={JSON.stringify(erasure, null, 2)} label="Copy the proof" />
            </p>
          </>
        );
      }}
    </Loaded>
  );
}
