import type { TimesMode } from '@/api/session';
import { usePreferences, useZone } from '../session/useSession';
import { fullTime, relativeTime, shortTime, utcText } from './format';
import { useNow } from './useNow';

export function timeIn(mode: TimesMode, at: Date, zone: string, now: Date, seconds = false): string {
  if (mode === 'utc') return utcText(at);
  return mode === 'relative' ? relativeTime(at, now) : shortTime(at, zone, now, seconds);
}

// A moment as the user wants to see times; store time, UTC and age are in the tooltip.
export function TimeText({ at, seconds = false }: { at: string | null | undefined; seconds?: boolean }) {
  const zone = useZone();
  const mode = usePreferences().times ?? 'store';
  const now = useNow();
  if (!at) return <span>–</span>;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at}</span>;
  const title = `${fullTime(moment, zone)} (${zone})\n${utcText(moment)}\n${relativeTime(moment, now)}`;
  return (
    <time dateTime={at} title={title} className="nowrap">
      {timeIn(mode, moment, zone, now, seconds)}
    </time>
  );
}
