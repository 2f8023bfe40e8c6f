import type { Arrival } from '@/api/records';
import { BytesView } from '@/parts/bytes/BytesView';
import { Disclose } from '@/parts/frame/Disclose';
import { Panel } from '@/parts/frame/Panel';
import { StateBadge } from '@/parts/state/StateBadge';
import { platformTitle } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Search.module.css';

// What arrived and never became a record: it must not look as if it had not come.
export function FoundArrivals({ arrivals }: { arrivals: readonly Arrival[] }) {
  if (arrivals.length === 0) return null;
  return (
    <Panel title="Arrived, but is no record">
      {arrivals.map((arrival) => (
        <div key={arrival.id} className={classes.arrival}>
          <div className={classes.chips}>
            <StateBadge of="arrival" state={arrival.state} />
            <strong>{arrival.subject || arrival.event_id}</strong>
            <span className="dim">
              {arrival.source} from {platformTitle(arrival.connection)}, <TimeText at={arrival.received_at} />
            </span>
          </div>
          {arrival.reason && <div>{arrival.reason}</div>}
          <Disclose label="What arrived">
            <BytesView of="arrivals" id={arrival.id} label="Arrival" />
          </Disclose>
        </div>
      ))}
    </Panel>
  );
}
