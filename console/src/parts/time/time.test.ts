import { describe, expect, it } from 'vitest';
import { dayOf, durationText, fullTime, relativeTime, shortTime, utcText } from './format';
import { instantOf, localOf } from './zone';

const zone = 'Europe/Stockholm';
const at = (text: string) => new Date(text);

describe('store time', () => {
  it('is the zone of the stores, not of the browser', () => {
    expect(shortTime(at('2026-06-12T10:40:00Z'), zone, at('2026-06-12T11:00:00Z'))).toBe('12:40:00');
    expect(shortTime(at('2026-01-12T10:40:00Z'), zone, at('2026-01-12T11:00:00Z'))).toBe('11:40:00');
  });
  it('has the day when it was another one there', () => {
    // 23:30 UTC is the next day in Stockholm already.
    expect(shortTime(at('2026-06-11T23:30:00Z'), zone, at('2026-06-12T08:00:00Z'))).toBe('01:30:00');
    expect(shortTime(at('2026-06-11T21:30:00Z'), zone, at('2026-06-12T08:00:00Z'))).toBe('11 Jun, 23:30');
    expect(shortTime(at('2025-06-11T21:30:00Z'), zone, at('2026-06-12T08:00:00Z'))).toBe(
      '11 Jun 2025, 23:30',
    );
    expect(shortTime(at('2026-06-11T21:30:07Z'), zone, at('2026-06-12T08:00:00Z'), true)).toBe(
      '11 Jun, 23:30:07',
    );
  });
  it('tells the two hours of the autumn night apart', () => {
    const first = fullTime(at('2026-10-25T00:30:00Z'), zone);
    const second = fullTime(at('2026-10-25T01:30:00Z'), zone);
    expect(first).toContain('02:30:00');
    expect(second).toContain('02:30:00');
    expect(first).toContain('GMT+2');
    expect(second).toContain('GMT+1');
  });
  it('knows the day', () => {
    expect(dayOf(at('2026-03-28T23:30:00Z'), zone)).toBe('2026-03-29');
    expect(utcText(at('2026-03-28T23:30:00.123Z'))).toBe('2026-03-28 23:30:00 UTC');
  });
});

describe('a typed store time', () => {
  it('becomes the instant, in winter and in summer', () => {
    expect(instantOf('2026-01-12T10:40', zone)).toBe('2026-01-12T09:40:00.000Z');
    expect(instantOf('2026-06-12T10:40', zone)).toBe('2026-06-12T08:40:00.000Z');
  });
  it('takes the first of the two hours in autumn', () => {
    expect(instantOf('2026-10-25T02:30', zone)).toBe('2026-10-25T00:30:00.000Z');
    expect(instantOf('2026-10-25T03:30', zone)).toBe('2026-10-25T02:30:00.000Z');
  });
  it('moves out of the hour that spring skips', () => {
    expect(instantOf('2026-03-29T02:30', zone)).toBe('2026-03-29T01:30:00.000Z');
    expect(localOf('2026-03-29T01:30:00.000Z', zone)).toBe('2026-03-29T03:30');
  });
  it('goes back and forth', () => {
    for (const local of ['2026-03-29T01:59', '2026-03-29T03:00', '2026-10-25T01:59', '2026-10-25T03:00']) {
      expect(localOf(instantOf(local, zone) ?? '', zone)).toBe(local);
    }
  });
  it('is refused when it is none', () => {
    expect(instantOf('yesterday', zone)).toBeNull();
    expect(instantOf('2026-13-40T99:99', zone)).toBeNull();
  });
});

describe('durations', () => {
  it('are short', () => {
    expect([3, 59, 60, 3599, 3600, 5400, 90_000, 200_000].map(durationText)).toEqual([
      '3 s',
      '59 s',
      '1 min',
      '59 min',
      '1 h',
      '1 h 30 min',
      '25 h',
      '2 days',
    ]);
  });
  it('look back and ahead', () => {
    const now = at('2026-06-12T10:00:00Z');
    expect(relativeTime(at('2026-06-12T09:58:00Z'), now)).toBe('2 min ago');
    expect(relativeTime(at('2026-06-12T10:02:00Z'), now)).toBe('in 2 min');
    expect(relativeTime(at('2026-06-12T10:00:02Z'), now)).toBe('now');
  });
});
