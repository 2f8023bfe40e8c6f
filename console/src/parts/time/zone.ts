// Between what is typed in a date field (store time, no offset) and instants.

function offsetMinutes(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return Math.round((local - Math.floor(at / 1000) * 1000) / 60_000);
}

// '2026-06-12T10:40' in the zone -> an instant. A time that spring skips moves forward by the gap; of the doubled hour in
// autumn the first one is meant.
export function instantOf(local: string, zone: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local)) return null;
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return null;
  const before = offsetMinutes(asUtc - 86_400_000, zone);
  const after = offsetMinutes(asUtc + 86_400_000, zone);
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    const at = asUtc - offset * 60_000;
    if (offsetMinutes(at, zone) === offset) return new Date(at).toISOString();
  }
  return new Date(asUtc - before * 60_000).toISOString();
}

// An instant -> what a datetime-local field shows.
export function localOf(instant: string, zone: string): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '';
  return new Date(at + offsetMinutes(at, zone) * 60_000).toISOString().slice(0, 16);
}
