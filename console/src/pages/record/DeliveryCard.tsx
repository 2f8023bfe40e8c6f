import type { Delivery } from '@/api/records';
import { BytesView } from '@/parts/bytes/BytesView';
import { Disclose } from '@/parts/frame/Disclose';
import { StateBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import { millisecondsText } from '@/parts/time/format';
import { TimeText } from '@/parts/time/TimeText';
import { DeliveryMenu } from './DeliveryMenu';
import classes from './Record.module.css';

const waits = (state: string) => state === 'waiting' || state === 'held';

// One intended effect: its state, why, every attempt, and the bytes when asked for.
export function DeliveryCard({ delivery, title }: { delivery: Delivery; title: string }) {
  return (
    <article className={classes.delivery}>
      <div className={classes.deliveryHead}>
        <div>
          <div className={classes.effect}>{delivery.flow_title || sentence(delivery.flow)}</div>
          <div className={classes.small}>{delivery.effect}</div>
        </div>
        <DeliveryMenu delivery={delivery} title={title} />
      </div>
      <div className={classes.attemptLine}>
        <StateBadge of="delivery" state={delivery.state} />
        {waits(delivery.state) && delivery.due_at && (
          <span className={classes.small}>
            next try <TimeText at={delivery.due_at} />
          </span>
        )}
      </div>
      {delivery.reason && <p className={classes.reason}>{delivery.reason}</p>}
      {delivery.attempts.length > 0 ? (
        <ol className={classes.attempts} aria-label="Attempts">
          {delivery.attempts.map((attempt) => (
            <li key={attempt.number}>
              <div className={classes.attemptLine}>
                <span className={classes.number}>{attempt.number}</span>
                <StateBadge of="attempt" state={attempt.outcome} />
                {attempt.http_status ? <span className="mono">{attempt.http_status}</span> : null}
                <span className={classes.small}>
                  {attempt.trigger}, <TimeText at={attempt.at} seconds />, {millisecondsText(attempt.took_ms)}
                  {delivery.parts > 1 ? `, ${attempt.parts_sent} of ${delivery.parts} parts` : ''}
                </span>
              </div>
              {attempt.reason && <div className={classes.small}>{attempt.reason}</div>}
            </li>
          ))}
        </ol>
      ) : (
        <p className={classes.small}>No attempt yet.</p>
      )}
      <Disclose label={delivery.attempts.length > 0 ? 'What was sent' : 'What will be sent'}>
        <BytesView of="deliveries" id={delivery.id} label={title} />
      </Disclose>
      <div className={classes.small}>
        Lane <span className="mono">{delivery.lane}</span>, settings version {delivery.settings_version}
      </div>
    </article>
  );
}
