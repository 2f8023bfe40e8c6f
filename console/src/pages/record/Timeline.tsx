import type { Journey } from '@/api/records';
import { BytesView } from '@/parts/bytes/BytesView';
import { Disclose } from '@/parts/frame/Disclose';
import { TimeText } from '@/parts/time/TimeText';
import { stepsOf } from './journeySteps';
import classes from './Record.module.css';

export function Timeline({ journey }: { journey: Journey }) {
  return (
    <ol className={classes.timeline}>
      {stepsOf(journey).map((step) => (
        <li key={step.key} data-tone={step.tone}>
          <span className={classes.when}>
            <TimeText at={step.at} seconds />
          </span>
          <div>
            <div>{step.text}</div>
            {step.more && <div className={classes.small}>{step.more}</div>}
            {step.arrival && (
              <Disclose label="What arrived">
                <BytesView of="arrivals" id={step.arrival} label="Arrival" />
              </Disclose>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
