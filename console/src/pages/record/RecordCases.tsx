import { Link } from '@tanstack/react-router';
import type { RecordCase } from '@/api/records';
import { ToneBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import classes from './Record.module.css';

export function RecordCases({ cases }: { cases: readonly RecordCase[] }) {
  const open = cases.filter((one) => !one.closed_at);
  if (open.length === 0) return null;
  return (
    <ul className={classes.cases} aria-label="Open cases of this record">
      {open.map((one) => (
        <li key={one.id}>
          <ToneBadge tone="warn" word="Case" />
          {one.group_id ? (
            <Link to="/cases/$id" params={{ id: one.group_id }}>
              {one.title}
            </Link>
          ) : (
            <strong>{one.title}</strong>
          )}
          <span className="dim">{sentence(one.owner)}</span>
          {one.reason && <span>{one.reason}</span>}
        </li>
      ))}
    </ul>
  );
}
