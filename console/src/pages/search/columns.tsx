import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import type { RecordRow } from '@/api/records';
import { StateBadge } from '@/parts/state/StateBadge';
import { kindWord } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';

export const columns: ColumnDef<RecordRow>[] = [
  {
    id: 'key',
    header: 'Record',
    cell: ({ row: { original } }) => (
      <Link to="/records/$id" params={{ id: original.id }} className="nowrap">
        {original.key}
      </Link>
    ),
    meta: { phone: 'left' },
  },
  {
    id: 'kind',
    header: 'Kind',
    cell: ({ row: { original } }) => <span className="nowrap">{kindWord(original.kind)}</span>,
    meta: { phone: 'left' },
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row: { original } }) => <StateBadge of="record" state={original.state} />,
    meta: { phone: 'right' },
  },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ row: { original } }) => <span className="dim">{original.reason}</span>,
    meta: { phone: 'hide' },
  },
  {
    id: 'store',
    header: 'Store',
    cell: ({ row: { original } }) => <span className="nowrap">{original.store || '–'}</span>,
    meta: { phone: 'left' },
  },
  {
    id: 'customer',
    header: 'Customer',
    cell: ({ row: { original } }) => original.customer || <span className="dim">–</span>,
    meta: { phone: 'hide' },
  },
  {
    id: 'happened_at',
    header: 'At the till',
    cell: ({ row: { original } }) => <TimeText at={original.happened_at} />,
    meta: { phone: 'right', align: 'right' },
  },
];
