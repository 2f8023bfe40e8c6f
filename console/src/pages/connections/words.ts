import type { Connection, Flow } from '@/api/connections';
import type { Paused } from '@/api/today';
import { durationText } from '@/parts/time/format';

export const idOf = (one: Pick<Connection, 'workspace' | 'name'>): string => `${one.workspace}/${one.name}`;

// What a pause stops and what goes on, as the handbook says it.
export function pauseMeaning(one: Pick<Connection, 'name' | 'kind' | 'title'>): string {
  if (one.kind === 'source') {
    return `Orders and stock are no longer read from ${one.title}. Its events are still taken and kept, and what is planned already is sent.`;
  }
  return `Nothing more is sent to ${one.title}. Orders are still read and planned, other platforms are not affected. Nothing is lost: it waits, and goes on in its order when you resume.`;
}
export function resumeMeaning(one: Pick<Connection, 'kind' | 'title' | 'waiting'>): string {
  if (one.kind === 'source') return `Reading from ${one.title} goes on where it stopped.`;
  const waits =
    one.waiting === 0
      ? 'Nothing waits.'
      : `${one.waiting.toLocaleString('en-GB')} deliveries wait and go out in their order.`;
  return `${waits} They were planned with the settings of then: when a wrong setting was the reason, rebuild them first.`;
}

export function breakerMeaning(breaker: Connection['breaker']): string {
  switch (breaker) {
    case 'open':
      return 'The hub stopped calling after failures and tries again by itself.';
    case 'probing':
      return 'The hub tries single calls; when they succeed, it goes on.';
    default:
      return 'Calls go through.';
  }
}

export function lagText(one: Pick<Connection, 'behind_s' | 'kind' | 'breaker' | 'paused'>): string {
  // Nothing tells how old what is read from a source is.
  if (one.kind === 'source') {
    if (one.paused) return 'Not reading';
    return one.breaker === 'closed' ? 'Reading' : 'Does not answer';
  }
  return one.behind_s && one.behind_s >= 1 ? durationText(one.behind_s) : 'Up to date';
}
export function secondsText(seconds: number | null | undefined): string {
  if (!seconds) return '–';
  return seconds < 60 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : durationText(seconds);
}
export function budgetText(budget: Connection['budget']): string {
  if (!budget?.per_second) return '–';
  return `${budget.per_second.toLocaleString('en-GB', { maximumFractionDigits: 1 })} calls/s`;
}

export const isPaused = (flow: Flow): boolean => flow.paused !== null && flow.paused !== false;
export function pausedOf(flow: Flow): Paused | null {
  return typeof flow.paused === 'object' ? flow.paused : null;
}
