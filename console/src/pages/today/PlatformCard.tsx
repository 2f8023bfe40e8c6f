import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { PlatformToday } from '@/api/today';
import { openBulk } from '@/parts/bulk/openBulk';
import { Panel } from '@/parts/frame/Panel';
import { useMay } from '@/parts/session/useSession';
import { StateBadge } from '@/parts/state/StateBadge';
import { durationText } from '@/parts/time/format';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Today.module.css';

const count = (value: number) => value.toLocaleString('en-GB');

function Figure({ name, value, to }: { name: string; value: string; to?: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{to ?? value}</dd>
    </div>
  );
}

// One platform: how far behind, when it will be clear, what waits for a person.
export function PlatformCard({ platform }: { platform: PlatformToday }) {
  const { behind_s, clearing, clear_in_s, breaker } = platform;
  const mayAct = useMay('operator');
  const parked = platform.parked ?? 0;
  const blocked = platform.blocked ?? 0;
  const sendParked = () =>
    openBulk({
      act: 'send_again',
      filter: { connection: platform.connection, delivery_state: 'parked' },
      about: `what is parked at ${platform.title}`,
      name: `Parked at ${platform.title}`,
    });
  return (
    <Panel
      title={platform.title}
      aside={
        <span className={classes.badges}>
          {breaker !== 'closed' && (
            <StateBadge of="breaker" state={breaker} title={platform.breaker_reason ?? undefined} />
          )}
          <StateBadge of="mode" state={platform.paused ? 'paused' : platform.mode} />
        </span>
      }
    >
      <div className={classes.lag}>
        <span className={classes.big}>{behind_s ? durationText(behind_s) : 'Up to date'}</span>
        {behind_s ? <span className="dim">behind</span> : null}
        {clearing && <StateBadge of="clearing" state={clearing} />}
      </div>
      <p className={classes.clear}>
        {platform.clear_text ||
          (clear_in_s ? `Clear in about ${durationText(clear_in_s)}.` : 'Nothing waits.')}
      </p>
      {platform.paused && (
        <p className={classes.clear}>
          Paused by {platform.paused.by}, <TimeText at={platform.paused.at} />
          {platform.paused.reason ? `: ${platform.paused.reason}` : ''}
        </p>
      )}
      {breaker !== 'closed' && platform.breaker_reason && (
        <p className={classes.clear}>{platform.breaker_reason}</p>
      )}
      <dl className={classes.figures}>
        <Figure name="Waiting" value={count(platform.waiting)} />
        <Figure
          name="Parked"
          value={count(parked)}
          to={
            mayAct && parked > 0 ? (
              <>
                {count(parked)}{' '}
                <Button size="compact-xs" variant="default" onClick={sendParked}>
                  Send again…
                </Button>
              </>
            ) : undefined
          }
        />
        <Figure
          name="Blocked"
          value={count(blocked)}
          to={blocked > 0 ? <Link to="/blocked">{count(blocked)}</Link> : undefined}
        />
        <Figure name="Till to platform" value={platform.p50_s == null ? '–' : `${platform.p50_s} s`} />
        <Figure name="Slowest 1 %" value={platform.p99_s == null ? '–' : durationText(platform.p99_s)} />
        <Figure
          name="Errors"
          value={platform.error_share == null ? '–' : `${(platform.error_share * 100).toFixed(1)} %`}
        />
      </dl>
    </Panel>
  );
}
