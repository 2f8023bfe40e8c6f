import { queryOptions } from '@tanstack/react-query';
import { get, part, post, put } from './client';

export interface Alert {
  id: string;
  kind: string;
  subject: string;
  state: 'open' | 'recovered';
  level: 'warning' | 'critical';
  text: string;
  since: string;
  recovered_at: string | null;
  acknowledged_by: string | null;
  muted_until: string | null;
}

export interface AlertChannel {
  id: string;
  kind: 'webhook' | 'mail';
  title: string;
  url: string;
  to: string[];
  level: 'warning' | 'critical';
  kinds: string[];
  teams?: string[];
  quiet: { days: string[]; from: string; until: string } | null;
  critical_in_quiet_hours: boolean;
  state: string;
  last_error: string | null;
  last_sent_at?: string | null;
}

export type MailTls = 'required' | 'if_offered' | 'never';
export interface AlertMail {
  url: string;
  from: string;
  user: string;
  // Read: '(kept)' or ''. Written: '(kept)', 'env:NAME', 'file:/path' or ''; never the password itself.
  password: string;
  password_from?: string;
  tls?: MailTls;
}

export interface AlertSettings {
  channels: AlertChannel[];
  mail: AlertMail;
  self_test_at: string | null;
  thresholds: Record<string, number>;
}

// What the hub takes: without what it only tells.
export type AlertChannelWish = Omit<AlertChannel, 'state' | 'last_error' | 'last_sent_at'>;
export interface AlertSettingsWish {
  channels: AlertChannelWish[];
  mail: Omit<AlertMail, 'password_from'>;
  self_test_at: string | null;
  thresholds: Record<string, number>;
}

export const alertsQuery = queryOptions({
  queryKey: ['alerts'],
  queryFn: ({ signal }) => get<{ items: Alert[] }>('/alerts', undefined, signal),
  meta: { topics: ['alerts'] },
});
export const acknowledgeAlert = (alert: Alert): Promise<unknown> =>
  post(`/alerts/${part(alert.kind)}/${part(alert.subject)}/acknowledge`);
// 0: no longer muted.
export const muteAlert = (alert: Alert, minutes: number): Promise<unknown> =>
  post(`/alerts/${part(alert.kind)}/${part(alert.subject)}/mute`, { minutes });

export const alertSettingsQuery = queryOptions({
  queryKey: ['alerts', 'settings'],
  queryFn: ({ signal }) => get<AlertSettings>('/alerts/settings', undefined, signal),
});
export const saveAlertSettings = (settings: AlertSettingsWish): Promise<AlertSettings> =>
  put('/alerts/settings', settings);
export const testChannel = (id: string): Promise<{ sent: boolean; message: string }> =>
  post(`/alerts/channels/${part(id)}/test`);
