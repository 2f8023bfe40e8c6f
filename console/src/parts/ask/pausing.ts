import { pause, resume } from '@/api/connections';
import { ask } from './ask';
import type { useAct } from './useAct';

export interface Pausing {
  workspace: string;
  what: 'connections' | 'stores' | 'flows';
  name: string;
  title: string; // "Klaviyo", "store STO-01"
  meaning: string;
}

// Asks before something is paused: what it means, and why, for everybody who wonders later.
export function askToPause(one: Pausing, act: ReturnType<typeof useAct>): void {
  ask({
    title: `Pause ${one.title}?`,
    body: one.meaning,
    action: 'Pause',
    note: 'required',
    noteLabel: 'Reason',
    notePlaceholder: 'Wrong currency rates, Anna repairs, until about 14:00',
    run: (reason) =>
      act(() => pause(one.workspace, one.what, one.name, reason), `${one.title} is paused.`, [
        'connections',
        'records',
      ]),
  });
}

export function askToResume(one: Pausing, act: ReturnType<typeof useAct>): void {
  ask({
    title: `Resume ${one.title}?`,
    body: one.meaning,
    action: 'Resume',
    run: () =>
      act(() => resume(one.workspace, one.what, one.name), `${one.title} goes on.`, [
        'connections',
        'records',
      ]),
  });
}
