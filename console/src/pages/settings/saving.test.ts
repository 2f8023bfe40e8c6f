import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/client';
import type { Settings } from '@/api/settings';
import { coloured } from './colour';
import { mergeOf, save, untilTakenUp } from './saving';

const lines = (...changes: [number, string][]) => {
  const all = Array.from({ length: 20 }, (_, i) => `key_${i} = ${i}`);
  for (const [at, text] of changes) all[at] = text;
  return `${all.join('\n')}\n`;
};
const settings = (version: number, document: string): Settings => ({
  version,
  document,
  source: 'console',
  editable: true,
});
const base = { version: 6, document: lines() };
const conflict = new ApiError(
  409,
  'rejected',
  'somebody else has changed the settings: version 7 is newest, not 6',
);

describe('saving settings', () => {
  it('goes on from the version that one began with', async () => {
    const hub = { save: vi.fn(async () => settings(7, lines([3, 'key_3 = 33']))), read: vi.fn() };
    const outcome = await save(hub, lines([3, 'key_3 = 33']), base, 'why');
    expect(outcome).toMatchObject({ kind: 'saved', settings: { version: 7 } });
    expect(hub.save).toHaveBeenCalledWith(lines([3, 'key_3 = 33']), 6, 'why');
    expect(hub.read).not.toHaveBeenCalled();
  });
  it('when somebody was faster, brings both together where they do not touch', async () => {
    const theirs = settings(7, lines([15, 'key_15 = "theirs"']));
    const hub = { save: () => Promise.reject(conflict), read: async () => theirs };
    const outcome = await save(hub, lines([3, 'key_3 = "mine"']), base, 'why');
    expect(outcome).toEqual({
      kind: 'conflict',
      theirs,
      merged: lines([3, 'key_3 = "mine"'], [15, 'key_15 = "theirs"']),
    });
  });
  it('leaves the same line to a person', async () => {
    const theirs = settings(7, lines([3, 'key_3 = "theirs"']));
    const hub = { save: () => Promise.reject(conflict), read: async () => theirs };
    expect(await save(hub, lines([3, 'key_3 = "mine"']), base, '')).toMatchObject({ merged: null });
  });
  it('does not call a refusal a conflict', async () => {
    const refused = new ApiError(400, 'invalid_input', 'workspace.zone: is no zone');
    expect(
      await save({ save: () => Promise.reject(refused), read: async () => base as Settings }, 'x', base, ''),
    ).toEqual({ kind: 'refused', message: 'workspace.zone: is no zone' });
    // 409, but nobody has saved anything.
    const other = new ApiError(409, 'rejected', 'id_prefix cannot be changed');
    const hub = { save: () => Promise.reject(other), read: async () => settings(6, base.document) };
    expect(await save(hub, 'x', base, '')).toEqual({
      kind: 'refused',
      message: 'id_prefix cannot be changed',
    });
  });
  it('says the refusal when theirs cannot be read', async () => {
    const hub = { save: () => Promise.reject(conflict), read: () => Promise.reject(new Error('gone')) };
    expect(await save(hub, 'x', base, '')).toEqual({ kind: 'refused', message: conflict.message });
  });
  it('merges the trivial cases', () => {
    expect(mergeOf('a\n', 'b\n', 'a\n')).toBe('b\n');
    expect(mergeOf('a\n', 'a\n', 'c\n')).toBe('c\n');
    expect(mergeOf('a\n', 'b\n', 'b\n') ?? 'b\n').toBe('b\n');
  });
});

describe('taking up new settings', () => {
  const quick = { everyMs: 1, patienceMs: 2000, answerMs: 100 };
  it('waits through the restart until the hub runs with them', async () => {
    let asked = 0;
    const hub = {
      session: vi.fn(async () => {
        asked++;
        // Still the old one, then gone twice, then the new one.
        if (asked === 2 || asked === 3) throw new ApiError(0, 'unreachable', 'gone');
        return { signed_in: true };
      }),
      settings: vi.fn(async () => ({ document: asked > 3 ? 'new' : 'old' })),
    };
    expect(await untilTakenUp(hub, 'new', quick)).toBe('taken');
    expect(asked).toBe(4);
  });
  it('does not take an answer of the old hub for it', async () => {
    const hub = { session: async () => ({ signed_in: true }), settings: async () => ({ document: 'old' }) };
    expect(await untilTakenUp(hub, 'new', { ...quick, patienceMs: 30 })).toBe('late');
  });
  it('notices that the session is over', async () => {
    const settings = vi.fn();
    expect(await untilTakenUp({ session: async () => ({ signed_in: false }), settings }, 'new', quick)).toBe(
      'signed_out',
    );
    expect(settings).not.toHaveBeenCalled();
  });
});

describe('colours of TOML', () => {
  const shown = (line: string) => coloured(line).map((piece) => `${piece.token}:${piece.text}`);
  it('never change the text', () => {
    for (const line of [
      '[[workspace]]',
      'a = "x # y" # z',
      "b = 'c",
      'key = { env = "A" }',
      '  # only',
      '',
      '= 3',
      '"open',
    ])
      expect(
        coloured(line)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(line);
  });
  it('know a comment from a text', () => {
    expect(shown('a = "x # y" # z')).toEqual([
      'key:a',
      'plain: = ',
      'text:"x # y"',
      'plain: ',
      'comment:# z',
    ]);
    expect(shown('[workspace.klaviyo] # k')).toEqual(['table:[workspace.klaviyo]', 'plain: ', 'comment:# k']);
    expect(shown('rate = 50')).toEqual(['key:rate', 'plain: = ', 'value:50']);
  });
});
