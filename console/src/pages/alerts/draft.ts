// Alert settings as they are edited, and what of it the hub gets. Secrets are written, never read: a mail password comes as
// "(kept)", a webhook's address as "https://host/...", and both go back as they came unless they were changed.
import type { AlertChannel, AlertSettings, AlertSettingsWish, MailTls } from '@/api/alerts';

export type PasswordPlace = 'kept' | 'env' | 'file' | 'none';

export interface ChannelDraft {
  key: number; // of this form; ids are made by the hub from the title
  id: string;
  kind: 'webhook' | 'mail';
  title: string;
  url: string;
  to: string; // one address per line
  level: 'warning' | 'critical';
  kinds: string[]; // none: all
  teams: string[]; // none: all
  quiet: boolean;
  days: string[]; // none: every day
  from: string;
  until: string;
  criticalInQuiet: boolean;
}

export interface AlertDraft {
  channels: ChannelDraft[];
  mail: {
    url: string;
    from: string;
    user: string;
    password: PasswordPlace;
    where: string;
    tls: MailTls;
  };
  selfTest: string; // "": none
  thresholds: Record<string, string>;
}

export const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const kept = '(kept)';

// "mon" and "Monday" are Monday.
export function dayOf(name: string): string {
  const low = name.toLowerCase();
  return days.find((day) => day === low || day.slice(0, 3) === low) ?? low;
}

let keys = 0;

export function newChannel(kind: 'webhook' | 'mail'): ChannelDraft {
  return {
    key: ++keys,
    id: '',
    kind,
    title: '',
    url: '',
    to: '',
    level: 'warning',
    kinds: [],
    teams: [],
    quiet: false,
    days: [],
    from: '22:00',
    until: '07:00',
    criticalInQuiet: true,
  };
}

function channelDraft(channel: AlertChannel): ChannelDraft {
  return {
    ...newChannel(channel.kind),
    id: channel.id,
    title: channel.title,
    url: channel.url ?? '',
    to: (channel.to ?? []).join('\n'),
    level: channel.level,
    kinds: [...(channel.kinds ?? [])],
    teams: [...(channel.teams ?? [])],
    quiet: channel.quiet !== null,
    days: (channel.quiet?.days ?? []).map(dayOf),
    ...(channel.quiet ? { from: channel.quiet.from, until: channel.quiet.until } : {}),
    criticalInQuiet: channel.critical_in_quiet_hours,
  };
}

export function draftOf(settings: AlertSettings): AlertDraft {
  const { mail } = settings;
  return {
    channels: settings.channels.map(channelDraft),
    mail: {
      url: mail.url,
      from: mail.from,
      user: mail.user,
      password: mail.password === kept ? 'kept' : 'none',
      where: '',
      tls: mail.tls ?? 'required',
    },
    selfTest: settings.self_test_at ?? '',
    thresholds: Object.fromEntries(
      Object.entries(settings.thresholds).map(([name, value]) => [name, String(value)]),
    ),
  };
}

const lines = (text: string) =>
  text
    .split(/[\n,;]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

export function wishOf(draft: AlertDraft): AlertSettingsWish {
  const { password, where } = draft.mail;
  return {
    channels: draft.channels.map((one) => ({
      id: one.id,
      kind: one.kind,
      title: one.title.trim(),
      url: one.kind === 'webhook' ? one.url.trim() : '',
      to: one.kind === 'mail' ? lines(one.to) : [],
      level: one.level,
      kinds: one.kinds,
      teams: one.teams,
      quiet: one.quiet ? { days: one.days, from: one.from, until: one.until } : null,
      critical_in_quiet_hours: one.criticalInQuiet,
    })),
    mail: {
      url: draft.mail.url.trim(),
      from: draft.mail.from.trim(),
      user: draft.mail.user.trim(),
      password: password === 'kept' ? kept : password === 'none' ? '' : `${password}:${where.trim()}`,
      tls: draft.mail.tls,
    },
    self_test_at: draft.selfTest === '' ? null : draft.selfTest,
    thresholds: Object.fromEntries(
      Object.entries(draft.thresholds).map(([name, text]) => [name, Number(text.replace(',', '.'))]),
    ),
  };
}

export interface FieldProblem {
  place: string; // "channels[0].url", "mail.password", "thresholds.disk_free_gb", "": none of them
  what: string;
}

// The hub says "channels[0].url: is no URL".
export function problemOf(message: string): FieldProblem {
  const found = /^((?:channels|mail|thresholds|self_test_at)[\w.[\]]*): (.+)$/s.exec(message);
  return found ? { place: found[1] ?? '', what: found[2] ?? '' } : { place: '', what: message };
}

export interface ThresholdInfo {
  name: string;
  title: string;
  unit: string;
  min: number;
  max: number;
}
export const thresholds: readonly ThresholdInfo[] = [
  { name: 'opened_after_s', title: 'Told when it was wrong for', unit: 'seconds', min: 0, max: 3600 },
  { name: 'recovered_after_s', title: 'Over when it was right for', unit: 'seconds', min: 0, max: 3600 },
  { name: 'repeat_after_s', title: 'Told again at the earliest after', unit: 'seconds', min: 0, max: 86_400 },
  { name: 'lag_critical_factor', title: 'Lag critical from', unit: 'times the limit', min: 1, max: 100 },
  {
    name: 'breaker_critical_s',
    title: 'Stopped connection critical after',
    unit: 'seconds',
    min: 0,
    max: 86_400,
  },
  {
    name: 'errors_warning_percent',
    title: 'Errors: warning from',
    unit: '% of attempts',
    min: 0.1,
    max: 100,
  },
  {
    name: 'errors_critical_percent',
    title: 'Errors: critical from',
    unit: '% of attempts',
    min: 0.1,
    max: 100,
  },
  { name: 'errors_attempts_min', title: 'Errors: judged from', unit: 'attempts', min: 1, max: 1_000_000 },
  {
    name: 'unidentified_points',
    title: 'Unidentified sales above usual',
    unit: 'percentage points',
    min: 1,
    max: 100,
  },
  {
    name: 'unidentified_sales_min',
    title: 'Unidentified sales: judged from',
    unit: 'sales',
    min: 1,
    max: 100_000,
  },
  { name: 'disk_free_percent', title: 'Disk: warning below', unit: '% free', min: 0, max: 90 },
  { name: 'disk_free_gb', title: 'Disk: warning below', unit: 'GB free', min: 0, max: 10_000 },
];
export function thresholdInfo(name: string): ThresholdInfo {
  return (
    thresholds.find((one) => one.name === name) ?? {
      name,
      title: name.replaceAll('_', ' '),
      unit: '',
      min: Number.NEGATIVE_INFINITY,
      max: Number.POSITIVE_INFINITY,
    }
  );
}

// What can be seen before the hub is asked.
export function problemsIn(draft: AlertDraft): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (place: string, what: string) => problems.push({ place, what });
  draft.channels.forEach((one, at) => {
    const place = `channels[${at}]`;
    if (one.title.trim() === '') add(`${place}.title`, 'Give it a name');
    if (one.kind === 'webhook' && one.url.trim() === '') add(`${place}.url`, 'Enter the whole address');
    if (one.kind === 'mail' && lines(one.to).length === 0) add(`${place}.to`, 'Enter at least one address');
    if (one.quiet && one.from === one.until)
      add(`${place}.quiet.until`, 'Quiet hours must end at another time');
  });
  const needsMail = draft.channels.some((one) => one.kind === 'mail');
  if (needsMail && draft.mail.url.trim() === '') add('mail.url', 'Mails need a server');
  if (needsMail && draft.mail.from.trim() === '') add('mail.from', 'Mails need a sender');
  const { password, where } = draft.mail;
  if ((password === 'env' || password === 'file') && where.trim() === '')
    add('mail.password', 'Say where it is');
  for (const [name, text] of Object.entries(draft.thresholds)) {
    const { min, max } = thresholdInfo(name);
    const value = text.trim() === '' ? Number.NaN : Number(text.replace(',', '.'));
    if (Number.isNaN(value)) add(`thresholds.${name}`, 'Enter a number');
    else if (value < min || value > max) add(`thresholds.${name}`, `Between ${min} and ${max}`);
  }
  return problems;
}
