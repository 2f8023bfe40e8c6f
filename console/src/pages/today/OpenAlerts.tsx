import { Link } from '@tanstack/react-router';
import type { Alert } from '@/api/alerts';
import { StateBadge } from '@/parts/state/StateBadge';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Today.module.css';

export function OpenAlerts({ alerts }: { alerts: readonly Alert[] }) {
  const open = alerts.filter((alert) => alert.state === 'open');
  if (open.length === 0) return null;
  return (
    <ul className={classes.alerts} aria-label="Open alerts">
      {open.slice(0, 4).map((alert) => (
        <li key={alert.id} data-level={alert.level}>
          <StateBadge of="alert" state={alert.level} />
          <span className={classes.alertText}>{alert.text}</span>
          <span className="dim">
            since <TimeText at={alert.since} />
            {alert.acknowledged_by ? `, acknowledged by ${alert.acknowledged_by}` : ''}
          </span>
        </li>
      ))}
      {open.length > 4 && (
        <li>
          <Link to="/alerts">{open.length - 4} more</Link>
        </li>
      )}
    </ul>
  );
}
