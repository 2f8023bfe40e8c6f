import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Connection } from '@/api/connections';
import type { Paused } from '@/api/today';
import { askToPause, askToResume } from '@/parts/ask/pausing';
import { useAct } from '@/parts/ask/useAct';
import { OpenLink } from '@/parts/frame/OpenLink';
import { useMay, useSession } from '@/parts/session/useSession';
import { StateBadge, ToneBadge } from '@/parts/state/StateBadge';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Connections.module.css';
import {
  breakerMeaning,
  budgetText,
  idOf,
  isPaused,
  lagText,
  pauseMeaning,
  resumeMeaning,
  secondsText,
} from './words';

const count = (value: number | undefined) => (value ?? 0).toLocaleString('en-GB');

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function ConnectionBadges({ one }: { one: Connection }) {
  return (
    <span className={classes.badges}>
      {one.breaker !== 'closed' && (
        <ToneBadge
          tone={one.breaker === 'open' ? 'bad' : 'wait'}
          word={one.breaker === 'open' ? 'Breaker open' : 'Breaker probing'}
        />
      )}
      <StateBadge of="mode" state={one.paused ? 'paused' : one.mode} />
    </span>
  );
}

export function PausedNote({ paused }: { paused: Paused }) {
  return (
    <p className={classes.note} data-tone="wait">
      Paused{paused.by ? ` by ${paused.by}` : ''}
      {paused.at && (
        <>
          , <TimeText at={paused.at} />
        </>
      )}
      {paused.reason ? `: ${paused.reason}` : '. No reason was given.'}
    </p>
  );
}

// What is not as usual: paused, stopped, nothing sent.
export function ConnectionNotes({ one }: { one: Connection }) {
  return (
    <>
      {one.paused && <PausedNote paused={one.paused} />}
      {one.breaker !== 'closed' && (
        <p className={classes.note} data-tone={one.breaker === 'open' ? 'bad' : 'wait'}>
          {breakerMeaning(one.breaker)}
          {one.breaker_reason ? ` Last: ${one.breaker_reason}` : ''}
        </p>
      )}
      {one.mode === 'shadow' && !one.paused && (
        <p className={classes.note} data-tone="quiet">
          Shadow: deliveries are planned and recorded, none is sent.
        </p>
      )}
    </>
  );
}

export function PauseButton({ one }: { one: Connection }) {
  const act = useAct();
  if (!useMay('operator')) return null;
  const about = { workspace: one.workspace, what: 'connections', name: one.name, title: one.title } as const;
  return one.paused ? (
    <Button
      variant="light"
      leftSection={<IconPlayerPlay size={15} aria-hidden />}
      onClick={() => askToResume({ ...about, meaning: resumeMeaning(one) }, act)}
    >
      Resume
    </Button>
  ) : (
    <Button
      variant="default"
      leftSection={<IconPlayerPause size={15} aria-hidden />}
      onClick={() => askToPause({ ...about, meaning: pauseMeaning(one) }, act)}
    >
      Pause
    </Button>
  );
}

export function ConnectionCard({ one, index }: { one: Connection; index: number }) {
  const several = useSession().workspaces.length > 1;
  const pausedFlows = one.flows.filter(isPaused).length;
  const source = one.kind === 'source';
  return (
    <article className={classes.card} data-row data-index={index} aria-label={one.title}>
      <div className={classes.head}>
        <div>
          <OpenLink
            name="open"
            value={idOf(one)}
            className={classes.name ?? ''}
            label={`${one.title}: details`}
          >
            {one.title}
          </OpenLink>
          <div className={classes.kind}>
            {source ? 'Reads from here' : 'Sends here'}
            {several ? ` · ${one.workspace}` : ''}
          </div>
        </div>
        <ConnectionBadges one={one} />
      </div>
      <div className={classes.body}>
        <div className={classes.lag}>
          <span className={classes.big}>{lagText(one)}</span>
          {!source && one.behind_s && one.behind_s >= 1 ? <span className="dim">behind</span> : null}
          {one.clearing && !source && <StateBadge of="clearing" state={one.clearing} />}
        </div>
        <p className={classes.line}>
          {source
            ? 'Orders, returns and stock come from here.'
            : one.clear_text || (one.waiting === 0 ? 'Nothing waits.' : '')}
        </p>
        <ConnectionNotes one={one} />
        {!source && (
          <dl className={classes.figures}>
            <Figure name="Waiting">{count(one.waiting)}</Figure>
            <Figure name="Blocked">
              {one.blocked ? <Link to="/blocked">{count(one.blocked)}</Link> : '0'}
            </Figure>
            <Figure name="Errors">
              {one.error_share == null ? '–' : `${(one.error_share * 100).toFixed(1)} %`}
            </Figure>
            <Figure name="Till to platform">{secondsText(one.p50_s)}</Figure>
            <Figure name="Slowest 1 %">{secondsText(one.p99_s)}</Figure>
            <Figure name="Budget">{budgetText(one.budget)}</Figure>
          </dl>
        )}
        {pausedFlows > 0 && (
          <p className={classes.note} data-tone="wait">
            {pausedFlows === 1 ? '1 flow is paused.' : `${pausedFlows} flows are paused.`}
          </p>
        )}
      </div>
      <div className={classes.foot}>
        <PauseButton one={one} />
        <OpenLink name="open" value={idOf(one)}>
          Details{one.flows.length > 0 ? ` and ${one.flows.length} flows` : ''}
        </OpenLink>
      </div>
    </article>
  );
}
