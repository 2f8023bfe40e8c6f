import { queryOptions } from '@tanstack/react-query';
import { get, post, put } from './client';
import type { Page } from './keyset';
import type { PreviewDelivery } from './records';

export interface Settings {
  version: number;
  document: string;
  source: 'file' | 'console';
  editable: boolean;
}
export interface SettingsVersion {
  version: number;
  at: string;
  by: string;
  document?: string;
}
export interface SettingsProblem {
  line: number | null;
  key: string;
  what: string;
  fix: string;
  warning: boolean;
}
export interface SettingsTest {
  records: { record_id: string; record_key: string; deliveries: PreviewDelivery[] }[];
  changed: number;
  same: number;
}

export const readSettings = (signal?: AbortSignal): Promise<Settings> =>
  get<Settings>('/settings', undefined, signal);
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => readSettings(signal),
});
export const settingsVersionPage = (after: string | null, signal?: AbortSignal) =>
  get<Page<SettingsVersion>>('/settings/versions', { after, limit: 50 }, signal);
export const settingsVersionQuery = (version: number) =>
  queryOptions({
    queryKey: ['settings', 'versions', version],
    queryFn: ({ signal }) => get<SettingsVersion>(`/settings/versions/${version}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
export const checkSettings = (document: string): Promise<{ ok: boolean; problems: SettingsProblem[] }> =>
  post('/settings/check', { document });
export const testSettings = (document: string, records: number): Promise<SettingsTest> =>
  post('/settings/test', { document, records });
export const saveSettings = (document: string, basedOn: number, note: string): Promise<Settings> =>
  put('/settings', { document, based_on: basedOn, note });
export const rollBackSettings = (version: number, note: string): Promise<Settings> =>
  post('/settings/roll-back', { version, note });
