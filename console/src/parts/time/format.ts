// Times for people. The language is fixed (en-GB, 24 hours), the zone is the store's; nothing depends on the browser's own zone.

const made = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string, shape: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}|${shape}`;
  let found = made.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    made.set(key, found);
  }
  return found;
}

export function dayOf(at: Date, zone: string): string {
  const parts = formatter(zone, 'day', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(
    at,
  );
  const value = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${value('year')}-${value('month')}-${value('day')}`;
}

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
const dayAndClock: Intl.DateTimeFormatOptions = {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
};

// Today: 14:03:22; this year: 12 Jun, 14:03; before: 12 Jun 2025, 14:03.
// With seconds always, where steps follow each other quickly.
export function shortTime(at: Date, zone: string, now: Date, seconds = false): string {
  const day = dayOf(at, zone);
  const today = dayOf(now, zone);
  if (day === today) return formatter(zone, 'clock', clock).format(at);
  const shape = seconds ? 'dayAndSeconds' : 'dayAndClock';
  const options = seconds ? { ...dayAndClock, ...clock } : dayAndClock;
  if (day.slice(0, 4) === today.slice(0, 4)) return formatter(zone, shape, options).format(at);
  return formatter(zone, `${shape}Year`, { ...options, year: 'numeric' }).format(at);
}

// With the offset, so that the doubled hour in autumn stays unambiguous.
export function fullTime(at: Date, zone: string): string {
  return formatter(zone, 'full', {
    ...clock,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZoneName: 'shortOffset',
  }).format(at);
}

export function hourText(at: Date, zone: string): string {
  return formatter(zone, 'hour', { hour: '2-digit', minute: '2-digit' }).format(at);
}

export function dayText(day: string): string {
  const at = new Date(`${day}T12:00:00Z`);
  return Number.isNaN(at.getTime())
    ? day
    : formatter('UTC', 'dayText', { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
}

export function utcText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function durationText(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 || hours >= 10 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

export function relativeTime(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  if (Math.abs(seconds) < 5) return 'now';
  return seconds > 0 ? `${durationText(seconds)} ago` : `in ${durationText(-seconds)}`;
}

export function millisecondsText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
