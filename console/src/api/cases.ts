import { queryOptions } from '@tanstack/react-query';
import { get, part, post } from './client';
import type { Page } from './keyset';

export type CaseState = 'open' | 'acknowledged' | 'resolved' | 'ignored';

export interface CaseRow {
  id: string;
  workspace: string;
  type: string;
  title: string;
  summary: string;
  impact: string;
  state: CaseState;
  team: string;
  assignee: string | null;
  opened_at: string;
  due_at: string;
  overdue: boolean;
  last_at: string;
  closed_at: string | null;
  closed_by: string | null;
  records_open: number;
  records_total: number;
  reopened: number;
  escalation: number;
  reason: string | null;
  record_key: string | null;
}

export interface CaseDetail extends CaseRow {
  history: { at: string; by: string; act: string; text: string }[];
  handbook: string | null;
  // What the handbook names for this type of case.
  actions: string[];
  // Whether the caller may act on it; older hubs leave it to the team.
  mine?: boolean;
}

export interface CaseRecord {
  case_id: string;
  record_id: string | null;
  record_key: string | null;
  delivery_id: string | null;
  arrival_id: string | null;
  opened_at: string;
  closed_at: string | null;
  reason: string | null;
  note: string | null;
}

export interface CaseFilters {
  state?: 'open' | 'closed' | undefined;
  team?: string | undefined;
  assignee?: string | undefined;
  unowned?: true | undefined;
  overdue?: true | undefined;
  type?: string | undefined;
}

export const casePage = (filters: CaseFilters, after: string | null, signal?: AbortSignal) =>
  get<Page<CaseRow>>('/cases', { ...filters, after, limit: 50 }, signal);

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ['cases', 'one', id],
    queryFn: ({ signal }) => get<CaseDetail>(`/cases/${part(id)}`, undefined, signal),
    meta: { topics: ['cases'] },
  });

export const caseRecordPage = (id: string, after: string | null, signal?: AbortSignal) =>
  get<Page<CaseRecord>>(`/cases/${part(id)}/records`, { after, limit: 50 }, signal);

const act =
  <B>(name: string) =>
  (id: string, body: B): Promise<CaseDetail> =>
    post(`/cases/${part(id)}/${name}`, body);

export const acknowledgeCase = (id: string): Promise<CaseDetail> => post(`/cases/${part(id)}/acknowledge`);
export const assignCase = act<{ to: string }>('assign');
export const handOverCase = act<{ team: string; to: string | null; note: string }>('hand-over');
export const noteOnCase = act<{ text: string }>('note');
export const resolveCase = act<{ note: string }>('resolve');
export const ignoreCase = act<{ note: string }>('ignore');
