import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import type { CaseRow } from '@/api/cases';
import { StateBadge, ToneBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Cases.module.css';

const recordsText = (one: CaseRow) =>
  one.closed_at ? String(one.records_total) : one.records_open === 0 ? '–' : String(one.records_open);

export const caseColumns: ColumnDef<CaseRow>[] = [
  {
    id: 'title',
    header: 'Case',
    cell: ({ row: { original } }) => (
      <>
        <Link to="/cases/$id" params={{ id: original.id }} className={classes.title}>
          {original.title || sentence(original.type)}
        </Link>
        <div className={classes.reason}>{original.reason}</div>
      </>
    ),
    meta: { phone: 'line' },
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row: { original } }) => (
      <span className={classes.states}>
        <StateBadge of="case" state={original.state} />
        {original.reopened > 0 && !original.closed_at && <span className="dim">again</span>}
      </span>
    ),
    meta: { phone: 'left' },
  },
  {
    id: 'records',
    header: 'Records',
    cell: ({ row: { original } }) => recordsText(original),
    meta: { align: 'right', phone: 'hide' },
  },
  {
    id: 'team',
    header: 'Team',
    cell: ({ row: { original } }) => sentence(original.team),
    meta: { phone: 'left' },
  },
  {
    id: 'assignee',
    header: 'Assignee',
    cell: ({ row: { original } }) => original.assignee || <span className="dim">nobody</span>,
    meta: { phone: 'right' },
  },
  {
    id: 'due',
    header: 'Due',
    cell: ({ row: { original } }) =>
      original.closed_at ? (
        <span className="dim">
          closed <TimeText at={original.closed_at} />
        </span>
      ) : (
        <span className={classes.states}>
          {original.overdue && <ToneBadge tone="bad" word="Overdue" />}
          <TimeText at={original.due_at} />
        </span>
      ),
    meta: { phone: 'right', align: 'right' },
  },
];
