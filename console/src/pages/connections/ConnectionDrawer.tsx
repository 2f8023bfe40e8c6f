import { Button, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Connection, Flow } from '@/api/connections';
import { askToPause, askToResume } from '@/parts/ask/pausing';
import { useAct } from '@/parts/ask/useAct';
import { Facts } from '@/parts/frame/Panel';
import { useMay } from '@/parts/session/useSession';
import { StateBadge, ToneBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';
import { ConnectionNotes, PauseButton } from './ConnectionCard';
import classes from './Connections.module.css';
import { breakerMeaning, budgetText, isPaused, lagText, pausedOf, secondsText } from './words';

const count = (value: number | undefined) => (value ?? 0).toLocaleString('en-GB');

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function targetFacts(one: Connection): (readonly [string, ReactNode])[] {
  const now = one.budget ? `, ${one.budget.in_flight} under way now` : '';
  return [
    ['Behind the tills', lagText(one)],
    ['Waiting', count(one.waiting)],
    ...(one.held_by_pause ? ([['Held by a pause', count(one.held_by_pause)]] as const) : []),
    ['Blocked', count(one.blocked)],
    ['Till to platform', `usually ${secondsText(one.p50_s)}, slowest 1 % ${secondsText(one.p99_s)}`],
    ['Budget', `${budgetText(one.budget)}${now}`],
  ];
}

export function ConnectionDetails({ one }: { one: Connection }) {
  const target = one.kind === 'target';
  return (
    <Stack gap="md">
      <div>
        <PauseButton one={one} />
        <ConnectionNotes one={one} />
      </div>
      <Facts
        items={[
          ['Workspace', one.workspace],
          ['Direction', target ? 'The hub sends to it' : 'The hub reads from it'],
          ['Mode', <StateBadge key="mode" of="mode" state={one.mode} />],
          [
            'Breaker',
            <span key="breaker">
              <StateBadge of="breaker" state={one.breaker} /> {breakerMeaning(one.breaker)}
            </span>,
          ],
          ...(one.breaker_until
            ? ([['Tries again', <TimeText key="until" at={one.breaker_until} />]] as const)
            : []),
          ...(target ? targetFacts(one) : []),
          ...Object.entries(one.details ?? {}).map(
            ([name, value]) => [sentence(name), valueText(value)] as const,
          ),
        ]}
      />
      {target && (
        <section>
          <Title order={2} mb={4}>
            Flows
          </Title>
          {one.flows.length === 0 ? (
            <p className="dim">No flow has had anything to send since the hub started.</p>
          ) : (
            <ul className={classes.flows}>
              {one.flows.map((flow) => (
                <FlowRow key={flow.name} one={one} flow={flow} />
              ))}
            </ul>
          )}
        </section>
      )}
      <div>
        <Link to="/handbook/$" params={{ _splat: 'pause' }}>
          Handbook: pausing and resuming
        </Link>
      </div>
    </Stack>
  );
}

function FlowRow({ one, flow }: { one: Connection; flow: Flow }) {
  const act = useAct();
  const mayAct = useMay('operator');
  const title = flow.title || sentence(flow.name);
  const about = {
    workspace: one.workspace,
    what: 'flows',
    name: flow.name,
    title: `the flow ${title}`,
  } as const;
  const paused = isPaused(flow);
  const reason = pausedOf(flow)?.reason;
  return (
    <li>
      <span className={classes.flowName}>
        {title}
        <ToneBadge tone={paused ? 'wait' : 'good'} word={paused ? 'Paused' : 'Sending'} />
        {reason && <span className="dim">{reason}</span>}
      </span>
      {mayAct &&
        (paused ? (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => askToResume({ ...about, meaning: 'What waits goes out in its order.' }, act)}
          >
            Resume
          </Button>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              askToPause(
                {
                  ...about,
                  meaning: `Deliveries of this flow wait at ${one.title}; those of other flows go on. Where one is in a customer's lane, what comes later for that customer waits behind it.`,
                },
                act,
              )
            }
          >
            Pause
          </Button>
        ))}
    </li>
  );
}
