import { queryOptions } from '@tanstack/react-query';
import { get, part, post } from './client';
import type { Page } from './keyset';
import type { RecordFilters } from './records';

export type BulkAct = 'send_again' | 'rebuild' | 'skip' | 'resolve';
export type BulkFilter =
  | RecordFilters
  | { case: string }
  | { connection: string; delivery_state: 'parked' | 'blocked' };

export interface BulkEstimate {
  count: number;
  exact: boolean;
  platforms: Record<string, { calls: number; seconds: number }>;
  sample: string[];
}

export interface BulkAction {
  id: string;
  name: string;
  act: BulkAct;
  filter: BulkFilter;
  by: string;
  state: 'running' | 'cancelled' | 'done' | 'failed';
  total: number;
  done: number;
  failed: number;
  nothing_to_do?: number;
  note?: string;
  reason?: string | null;
  cancelled_by?: string | null;
  began_at: string;
  ended_at: string | null;
}

export interface BulkItem {
  record_id: string;
  record_key: string;
  result: 'done' | 'failed' | 'nothing_to_do';
  text: string;
}

export const estimateBulk = (act: BulkAct, filter: BulkFilter): Promise<BulkEstimate> =>
  post('/bulk/estimate', { act, filter });
export const beginBulk = (
  act: BulkAct,
  filter: BulkFilter,
  name: string,
  count: number,
): Promise<{ id: string }> => post('/bulk', { act, filter, name, count });
export const cancelBulk = (id: string): Promise<unknown> => post(`/bulk/${part(id)}/cancel`);

export const bulkPage = (after: string | null, signal?: AbortSignal) =>
  get<Page<BulkAction>>('/bulk', { after, limit: 50 }, signal);
export const bulkQuery = (id: string) =>
  queryOptions({
    queryKey: ['bulk', 'one', id],
    queryFn: ({ signal }) => get<BulkAction>(`/bulk/${part(id)}`, undefined, signal),
    meta: { topics: ['bulk'] },
  });
export const bulkItemPage = (id: string, onlyFailed: boolean, after: string | null, signal?: AbortSignal) =>
  get<Page<BulkItem>>(
    `/bulk/${part(id)}/items`,
    { only: onlyFailed ? 'failed' : undefined, after, limit: 100 },
    signal,
  );

export const bulkActWords: Record<BulkAct, string> = {
  send_again: 'Send again',
  rebuild: 'Rebuild and send',
  skip: 'Skip',
  resolve: 'Resolve',
};
