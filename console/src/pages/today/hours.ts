import type { Hour } from '@/api/today';

const names = (hours: readonly Hour[], of: (hour: Hour) => Record<string, number>): string[] => [
  ...new Set(hours.flatMap((hour) => Object.keys(of(hour)))),
];
// Sales first, then as they come.
export function kindsOf(hours: readonly Hour[]): string[] {
  const all = names(hours, (hour) => hour.records);
  return ['sale', 'return', ...all.filter((kind) => kind !== 'sale' && kind !== 'return')].filter((kind) =>
    all.includes(kind),
  );
}
export const platformsOf = (hours: readonly Hour[]): string[] =>
  names(hours, (hour) => ({ ...hour.planned, ...hour.delivered }));
