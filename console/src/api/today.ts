import { queryOptions } from '@tanstack/react-query';
import type { Alert } from './alerts';
import { get } from './client';

export type Mode = 'live' | 'shadow' | 'paused';
export type Breaker = 'closed' | 'open' | 'probing';
export interface Paused {
  by: string;
  at: string;
  reason: string;
}

export interface PlatformToday {
  workspace: string;
  connection: string;
  title: string;
  mode: Mode;
  paused: Paused | null;
  breaker: Breaker;
  breaker_reason: string | null;
  behind_s: number | null;
  waiting: number;
  parked: number;
  blocked: number;
  p50_s: number | null;
  p99_s: number | null;
  clearing: 'clear' | 'clearing' | 'growing' | 'not_moving';
  clear_in_s: number | null;
  clear_text: string;
  error_share: number | null;
}

export interface Hour {
  hour: string;
  records: Record<string, number>;
  planned: Record<string, number>;
  delivered: Record<string, number>;
}

export interface Today {
  at: string;
  platforms: PlatformToday[];
  hours: Hour[];
  oldest: { connection: string; record_id: string; record_key: string; since: string } | null;
  cases: { team: string; open: number; overdue: number; unowned: number }[];
  yesterday: {
    day: string;
    records: Record<string, number>;
    unidentified: number;
    planned: Record<string, number>;
    delivered: Record<string, number>;
    complete: boolean;
  } | null;
  alerts: Alert[];
  counts: {
    records: number;
    arrivals: number;
    arrivals_waiting: number;
    deliveries_waiting: number;
    deliveries_parked: number;
    cases_open: number;
    bytes_on_disk: number;
  };
}

export const todayQuery = queryOptions({
  queryKey: ['today'],
  queryFn: ({ signal }) => get<Today>('/today', undefined, signal),
  meta: { topics: ['records', 'cases', 'alerts', 'connections'], everyMs: 5000 },
});
