import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import {
  type BulkAction,
  type BulkItem,
  bulkActWords,
  bulkItemPage,
  bulkQuery,
  cancelBulk,
} from '@/api/bulk';
import { ask } from '@/parts/ask/ask';
import { useAct } from '@/parts/ask/useAct';
import { BulkBar } from '@/parts/bulk/BulkProgress';
import { FilterFlag } from '@/parts/filters/controls';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Facts, Panel, WithAside } from '@/parts/frame/Panel';
import { Empty, Loaded } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { StateBadge } from '@/parts/state/StateBadge';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Bulk.module.css';
import { bulkItemsShape } from './filters';
import { filterText } from './words';

const columns: ColumnDef<BulkItem>[] = [
  {
    id: 'record',
    header: 'Record',
    cell: ({ row: { original } }) => (
      <Link to="/records/$id" params={{ id: original.record_id }} className={classes.name}>
        {original.record_key}
      </Link>
    ),
    meta: { phone: 'left' },
  },
  {
    id: 'result',
    header: 'Result',
    cell: ({ row: { original } }) => <StateBadge of="bulk" state={original.result} />,
    meta: { phone: 'right' },
  },
  {
    id: 'text',
    header: 'What became of it',
    cell: ({ row: { original } }) => original.text || <span className="dim">–</span>,
    meta: { phone: 'line' },
  },
];

export function BulkActionPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(bulkQuery(id));
  const bulk = query.data;
  const act = useAct();
  const mayAct = useMay('operator');
  const cancel = () =>
    ask({
      title: 'Cancel the rest?',
      body: 'What was not begun stays as it was. What was done is not undone.',
      action: 'Cancel the rest',
      danger: true,
      run: () =>
        act(() => cancelBulk(id), 'Cancelled. What was not begun stays as it was.', [
          'bulk',
          'records',
          'cases',
        ]),
    });
  return (
    <PageFrame
      title={bulk?.name ?? 'Bulk action'}
      above={<Link to="/bulk">Bulk actions</Link>}
      actions={
        mayAct &&
        bulk?.state === 'running' && (
          <Button variant="default" onClick={cancel}>
            Cancel the rest…
          </Button>
        )
      }
    >
      <Loaded query={query}>{(one) => <Body bulk={one} />}</Loaded>
    </PageFrame>
  );
}

function Body({ bulk }: { bulk: BulkAction }) {
  const [search, set] = useFilters(bulkItemsShape);
  const onlyFailed = search.only === 'failed';
  const list = useKeysetList<BulkItem>({
    queryKey: ['bulk', 'items', bulk.id, onlyFailed],
    read: (after, signal) => bulkItemPage(bulk.id, onlyFailed, after, signal),
    idOf: (one) => one.record_id,
    topics: ['bulk'],
  });
  return (
    <WithAside
      aside={
        <Panel title="About it">
          <Facts
            items={[
              ['Act', bulkActWords[bulk.act] ?? bulk.act],
              ['Records', filterText(bulk.filter)],
              ['By', bulk.by],
              ['Began', <TimeText key="began" at={bulk.began_at} />],
              ...(bulk.ended_at ? ([['Ended', <TimeText key="ended" at={bulk.ended_at} />]] as const) : []),
              ...(bulk.nothing_to_do
                ? ([['Nothing to do', bulk.nothing_to_do.toLocaleString('en-GB')]] as const)
                : []),
              ...(bulk.note ? ([['Note', bulk.note]] as const) : []),
              ...(bulk.cancelled_by ? ([['Cancelled by', bulk.cancelled_by]] as const) : []),
              ...(bulk.reason ? ([['Reason', bulk.reason]] as const) : []),
            ]}
          />
        </Panel>
      }
    >
      <Panel>
        <div role="status">
          <BulkBar bulk={bulk} />
        </div>
      </Panel>
      <Panel
        title="Results"
        flush
        aside={
          <FilterFlag
            label="Failed only"
            value={onlyFailed ? true : undefined}
            onChange={(value) => set({ only: value ? 'failed' : undefined })}
          />
        }
      >
        <DataTable
          label="Results"
          rows={list.items}
          columns={columns}
          idOf={(one) => one.record_id}
          loading={list.loading}
          error={list.error}
          onRetry={list.refresh}
          hasMore={list.hasMore}
          loadingMore={list.loadingMore}
          onMore={list.more}
          outdated={list.outdated}
          dimmed={list.changingFilters}
          toneOf={(one) => (one.result === 'failed' ? 'bad' : undefined)}
          empty={
            onlyFailed ? (
              <Empty title="None failed">
                {bulk.state === 'running'
                  ? 'None of those that were tried so far.'
                  : 'Every record went through.'}
              </Empty>
            ) : (
              <Empty title="No result yet">
                {bulk.state === 'running'
                  ? 'The first ones come in a moment.'
                  : 'It ended before the first record.'}
              </Empty>
            )
          }
        />
      </Panel>
    </WithAside>
  );
}
