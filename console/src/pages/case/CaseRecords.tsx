import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import type { BulkAct } from '@/api/bulk';
import { type CaseDetail, type CaseRecord, caseRecordPage } from '@/api/cases';
import { mayWorkOn } from '@/api/role';
import { openBulk } from '@/parts/bulk/openBulk';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useUser } from '@/parts/session/useSession';
import { ToneBadge } from '@/parts/state/StateBadge';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Case.module.css';

const columns: ColumnDef<CaseRecord>[] = [
  {
    id: 'record',
    header: 'Record',
    cell: ({ row: { original } }) =>
      original.record_id ? (
        <Link to="/records/$id" params={{ id: original.record_id }}>
          {original.record_key || original.record_id}
        </Link>
      ) : (
        <span>{original.arrival_id ? `Arrival ${original.arrival_id}` : 'No record'}</span>
      ),
    meta: { phone: 'left' },
  },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ row: { original } }) => original.reason,
    meta: { phone: 'line' },
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row: { original } }) =>
      original.closed_at ? <ToneBadge tone="good" word="Closed" /> : <ToneBadge tone="warn" word="Open" />,
    meta: { phone: 'right' },
  },
  {
    id: 'at',
    header: 'Since',
    cell: ({ row: { original } }) => <TimeText at={original.opened_at} />,
    meta: { phone: 'right', align: 'right' },
  },
];

const bulkActs: readonly { act: BulkAct; word: string }[] = [
  { act: 'send_again', word: 'Send all again…' },
  { act: 'rebuild', word: 'Rebuild all…' },
  { act: 'skip', word: 'Skip all…' },
];

// The records of a case, and what can be done with all of them.
export function CaseRecords({ one }: { one: CaseDetail }) {
  const user = useUser();
  const list = useKeysetList<CaseRecord>({
    queryKey: ['cases', 'records', one.id],
    read: (after, signal) => caseRecordPage(one.id, after, signal),
    idOf: (record) => record.case_id,
    topics: ['cases'],
  });
  const may = (one.mine ?? mayWorkOn(user, one.team)) && one.records_open > 0;
  // A type of case that the handbook says nothing about offers everything.
  const offered = bulkActs.filter(({ act }) => one.actions.length === 0 || one.actions.includes(act));
  return (
    <Panel
      flush
      title={`Records (${one.records_total})`}
      aside={
        may && (
          <span className={classes.bar}>
            {offered.map(({ act, word }) => (
              <Button
                key={act}
                size="compact-sm"
                variant="default"
                onClick={() =>
                  openBulk({
                    act,
                    filter: { case: one.id },
                    about: 'the records of this case',
                    name: one.title,
                  })
                }
              >
                {word}
              </Button>
            ))}
          </span>
        )
      }
    >
      <DataTable
        label="Records of the case"
        rows={list.items}
        columns={columns}
        idOf={(record) => record.case_id}
        loading={list.loading}
        error={list.error}
        onRetry={list.refresh}
        hasMore={list.hasMore}
        loadingMore={list.loadingMore}
        onMore={list.more}
        outdated={list.outdated}
        empty={<Empty title="No record">The records of this case are past their retention.</Empty>}
      />
    </Panel>
  );
}
