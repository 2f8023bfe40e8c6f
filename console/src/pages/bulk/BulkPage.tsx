import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import { type BulkAction, bulkActWords, bulkPage } from '@/api/bulk';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { StateBadge } from '@/parts/state/StateBadge';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Bulk.module.css';
import { filterText } from './words';

const count = (value: number) => value.toLocaleString('en-GB');

const columns: ColumnDef<BulkAction>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ row: { original } }) => (
      <>
        <Link to="/bulk/$id" params={{ id: original.id }} className={classes.name}>
          {original.name}
        </Link>
        <div className={classes.small}>
          {bulkActWords[original.act] ?? original.act}: {filterText(original.filter)}
        </div>
      </>
    ),
    meta: { phone: 'line' },
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row: { original } }) => <StateBadge of="bulk" state={original.state} />,
    meta: { phone: 'left' },
  },
  {
    id: 'records',
    header: 'Records',
    cell: ({ row: { original } }) => (
      <>
        {original.state === 'running'
          ? `${count(original.done + original.failed)} of ${count(original.total)}`
          : count(original.total)}
        {original.failed > 0 && <div className={classes.small}>{count(original.failed)} failed</div>}
      </>
    ),
    meta: { phone: 'right', align: 'right' },
  },
  {
    id: 'by',
    header: 'By',
    cell: ({ row: { original } }) => original.by,
    meta: { phone: 'left' },
  },
  {
    id: 'began',
    header: 'Began',
    cell: ({ row: { original } }) => <TimeText at={original.began_at} />,
    meta: { phone: 'right', align: 'right' },
  },
];

export function BulkPage() {
  const mayAct = useMay('operator');
  const list = useKeysetList<BulkAction>({
    queryKey: ['bulk', 'list'],
    read: bulkPage,
    idOf: (one) => one.id,
    topics: ['bulk'],
  });
  return (
    <PageFrame title="Bulk actions" lead="One act on many records: how far it is, and what became of each.">
      <Panel flush>
        <DataTable
          label="Bulk actions"
          rows={list.items}
          columns={columns}
          idOf={(one) => one.id}
          loading={list.loading}
          error={list.error}
          onRetry={list.refresh}
          hasMore={list.hasMore}
          loadingMore={list.loadingMore}
          onMore={list.more}
          outdated={list.outdated}
          empty={
            <Empty title="No bulk action yet">
              {mayAct ? (
                <>
                  One begins in <Link to="/search">Search</Link> with filters, on a{' '}
                  <Link to="/cases">case</Link>, or on <Link to="/">Today</Link> for what is parked.
                </>
              ) : (
                'Nobody has done one act on many records so far.'
              )}
            </Empty>
          }
        />
      </Panel>
    </PageFrame>
  );
}
