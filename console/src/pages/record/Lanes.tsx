import { Title } from '@mantine/core';
import type { PlatformLane } from '@/api/records';
import { StateBadge } from '@/parts/state/StateBadge';
import { lookOf } from '@/parts/state/words';
import { DeliveryCard } from './DeliveryCard';
import { lanesOf } from './lanes';
import classes from './Record.module.css';

// What became of the record at each platform, beside each other.
export function Lanes({ platforms }: { platforms: readonly PlatformLane[] }) {
  const lanes = lanesOf(platforms);
  return (
    <div className={classes.lanes} data-used={platforms.length}>
      {lanes.map((lane) => (
        <section
          key={lane.connection}
          className={classes.lane}
          aria-label={lane.title}
          data-off={lane.connected ? undefined : true}
          data-tone={lookOf('delivery', lane.state).tone}
        >
          <div className={classes.laneHead}>
            <Title order={2}>{lane.title}</Title>
            <StateBadge of="delivery" state={lane.state} />
          </div>
          {lane.deliveries.length === 0 && lane.connected && (
            <p className={classes.nothing}>Nothing is planned for this platform.</p>
          )}
          {lane.deliveries.map((delivery) => (
            <DeliveryCard key={delivery.id} delivery={delivery} title={lane.title} />
          ))}
        </section>
      ))}
    </div>
  );
}
