import { queryOptions } from '@tanstack/react-query';
import { get, part, post } from './client';
import type { Page } from './keyset';

export type RecordState = 'open' | 'planned' | 'unidentified' | 'skipped' | 'in_case';
export interface RecordRow {
  id: string;
  key: string;
  kind: string;
  state: string;
  reason: string | null;
  store: string | null;
  customer: string | null;
  happened_at: string;
  changed_at: string;
}

export interface RecordFilters {
  text?: string | undefined;
  kind?: string | undefined;
  store?: string | undefined;
  state?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
}

export interface Guess {
  what: string;
  text: string;
}

export interface Arrival {
  id: string;
  connection: string;
  source: string;
  event_id: string | null;
  subject: string;
  state: string;
  reason: string | null;
  received_at: string;
  tries: number;
}

export interface RecordPage extends Page<RecordRow> {
  guesses?: Guess[];
  arrivals?: Arrival[];
}

export interface Attempt {
  number: number;
  trigger: string;
  at: string;
  took_ms: number;
  outcome: string;
  http_status: number | null;
  reason: string | null;
  parts_sent: number;
}

export interface Delivery {
  id: string;
  flow: string;
  flow_title?: string;
  effect: string;
  lane: string;
  state: string;
  reason: string | null;
  due_at: string | null;
  planned_at: string;
  parts: number;
  settings_version: number;
  attempts: Attempt[];
}

export interface PlatformLane {
  connection: string;
  title: string;
  state: string;
  deliveries: Delivery[];
}

export interface RecordCase {
  id: string;
  group_id: string;
  type: string;
  title: string;
  owner: string;
  opened_at: string;
  closed_at: string | null;
  reason: string | null;
  note: string | null;
}

export interface Journey {
  record: RecordRow & { version: number; settings_version: number; personal_data: 'shown' | 'masked' };
  arrivals: Arrival[];
  platforms: PlatformLane[];
  cases: RecordCase[];
  notes: { at: string; kind: string; text: string }[];
  consents: { channel: string; address: string; state: string; decided_at: string; source: string }[];
}

export interface Bytes {
  parts: string[];
  masked?: boolean;
  retired?: boolean;
}

export interface PreviewDelivery {
  connection: string;
  flow: string;
  effect: string;
  sent: string[];
  now: string[];
  same: boolean;
}
export interface Preview {
  deliveries: PreviewDelivery[];
  notes: string[];
}

export interface Blocked {
  delivery_id: string;
  connection: string;
  customer: string;
  record_id: string;
  record_key: string;
  since: string;
  reason: string;
  waiting_behind: number;
}

export const recordPage = (filters: RecordFilters, after: string | null, signal?: AbortSignal) =>
  get<RecordPage>('/records', { ...filters, after, limit: 50 }, signal);

export const journeyQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', 'journey', id],
    queryFn: ({ signal }) => get<Journey>(`/records/${part(id)}`, undefined, signal),
    meta: { topics: ['records', 'cases'], everyMs: 2000 },
  });

export type BytesOf = 'records' | 'deliveries' | 'arrivals';
export const bytesQuery = (of: BytesOf, id: string) =>
  queryOptions({
    queryKey: ['bytes', of, id],
    queryFn: ({ signal }) =>
      get<Bytes>(`/${of}/${part(id)}/${of === 'records' ? 'document' : 'bytes'}`, undefined, signal),
    staleTime: 60_000,
  });

export const previewQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', 'preview', id],
    queryFn: ({ signal }) => get<Preview>(`/records/${part(id)}/preview`, undefined, signal),
    staleTime: 0,
  });

export const blockedPage = (after: string | null, signal?: AbortSignal) =>
  get<Page<Blocked>>('/blocked', { after, limit: 50 }, signal);

export const sendAgain = (id: string): Promise<{ message: string }> =>
  post(`/records/${part(id)}/send-again`);
export const rebuild = (id: string, note: string): Promise<{ message: string }> =>
  post(`/records/${part(id)}/rebuild`, { note });
export const attribute = (id: string, customer: string): Promise<{ message: string }> =>
  post(`/records/${part(id)}/attribute`, { customer });
export const editDelivery = (id: string, parts: string[], note: string): Promise<{ message: string }> =>
  post(`/deliveries/${part(id)}/edit`, { parts, note });
export const skipDelivery = (id: string, note: string): Promise<{ message: string }> =>
  post(`/deliveries/${part(id)}/skip`, { note });
