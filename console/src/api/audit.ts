import { call, get, post } from './client';
import type { Page } from './keyset';

export interface AuditEntry {
  id: string;
  at: string;
  by: string;
  act: string;
  subject?: string | null;
  about: string;
  before: string | null;
  after: string | null;
  result: string;
}
export interface AuditFilters {
  by?: string | undefined;
  act?: string | undefined;
  subject?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
}
export const auditPage = (filters: AuditFilters, after: string | null, signal?: AbortSignal) =>
  get<Page<AuditEntry>>('/audit', { ...filters, after, limit: 50 }, signal);

export type Subject = { email: string } | { phone: string } | { customer: string };
export interface Found {
  records: number;
  facts: number;
  addresses: string[];
  arrivals?: number;
  identifiers?: { kind: string; value: string }[];
  notes?: string[];
  erased_before?: string[];
}
export interface Erasure {
  id: string;
  state: string;
  by?: string;
  at?: string;
  identifiers?: string[];
  notes?: string[];
  proof: { what: string; where: string; count: number; at: string; answer: string }[];
}
export const findPerson = (subject: Subject): Promise<Found> => post('/privacy/find', subject);
// As text: it holds documents of platforms with numbers that JavaScript would round.
export const exportPerson = (subject: Subject): Promise<string> =>
  call('POST', '/privacy/export', { body: subject, raw: true });
export const erasePerson = (subject: Subject): Promise<Erasure> =>
  post('/privacy/erase', { ...subject, confirm: 'erase' });
export const erasurePage = (after: string | null, signal?: AbortSignal) =>
  get<Page<Erasure>>('/privacy/erasures', { after, limit: 50 }, signal);
export const oneErasure = (id: string, signal?: AbortSignal) =>
  get<Erasure>(`/privacy/erasures/${encodeURIComponent(id)}`, undefined, signal);
