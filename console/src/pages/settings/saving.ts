// What happens when settings are saved: a new version, or somebody else was faster, or the hub refuses; and then the wait until
// the hub, which starts anew for about a second, runs with them.
import { applyPatch, structuredPatch } from 'diff';
import { ApiError, messageOf } from '@/api/client';
import type { Settings } from '@/api/settings';

export interface Base {
  version: number;
  document: string;
}
export type SaveOutcome =
  | { kind: 'saved'; settings: Settings }
  | { kind: 'conflict'; theirs: Settings; merged: string | null }
  | { kind: 'refused'; message: string };

export interface SettingsHub {
  save: (document: string, basedOn: number, note: string) => Promise<Settings>;
  read: () => Promise<Settings>;
}

// My changes since the base, on top of theirs. null: they touch the same lines, a person must decide.
export function mergeOf(base: string, mine: string, theirs: string): string | null {
  if (theirs === base) return mine;
  if (mine === base) return theirs;
  const merged = applyPatch(theirs, structuredPatch('', '', base, mine, '', '', { context: 2 }));
  return merged === false ? null : merged;
}

export async function save(hub: SettingsHub, mine: string, base: Base, note: string): Promise<SaveOutcome> {
  try {
    return { kind: 'saved', settings: await hub.save(mine, base.version, note) };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409)
      return { kind: 'refused', message: messageOf(error) };
    try {
      const theirs = await hub.read();
      // The hub may refuse with 409 for another reason: then nobody was faster.
      if (theirs.version === base.version) return { kind: 'refused', message: error.message };
      return { kind: 'conflict', theirs, merged: mergeOf(base.document, mine, theirs.document) };
    } catch {
      return { kind: 'refused', message: error.message };
    }
  }
}

export interface RunningHub {
  session: (signal: AbortSignal) => Promise<{ signed_in: boolean }>;
  settings: (signal: AbortSignal) => Promise<{ document: string }>;
}
export type TakeUp = 'taken' | 'signed_out' | 'late';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

// Asks until the hub answers and says that it runs with this document.
export async function untilTakenUp(
  hub: RunningHub,
  document: string,
  { everyMs = 500, patienceMs = 60_000, answerMs = 4000 } = {},
): Promise<TakeUp> {
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    await pause(everyMs);
    try {
      const session = await hub.session(AbortSignal.timeout(answerMs));
      if (!session.signed_in) return 'signed_out';
      const now = await hub.settings(AbortSignal.timeout(answerMs));
      if (now.document === document) return 'taken';
    } catch {
      // It is starting.
    }
  }
  return 'late';
}
