import { ok, type Routes, refuse } from '../answer.ts';
import { world } from '../world.ts';

const masked = (url: string) => url.replace(/^(https?:\/\/[^/]+)\/.+$/, '$1/...');
const told = {
  state: 'not used yet',
  last_error: null as string | null,
  last_sent_at: null as string | null,
};
interface Channel {
  id: string;
  kind: string;
  title: string;
  url: string;
  to: string[];
  level: string;
  kinds: string[];
  teams: string[];
  quiet: { days: string[]; from: string; until: string } | null;
  critical_in_quiet_hours: boolean;
  state?: string;
  last_error?: string | null;
  last_sent_at?: string | null;
}
let settings = {
  channels: [
    {
      id: 'operations-chat',
      kind: 'webhook',
      title: 'Operations chat',
      url: 'https://chat.nordic.example/hooks/secret',
      to: [],
      level: 'warning',
      kinds: [],
      teams: [],
      quiet: { days: ['monday', 'tuesday'], from: '22:00', until: '06:00' },
      critical_in_quiet_hours: true,
      state: 'working',
      last_error: null,
      last_sent_at: new Date(Date.now() - 7 * 60_000).toISOString(),
    },
    {
      id: 'on-call',
      kind: 'mail',
      title: 'On call',
      url: '',
      to: ['oncall@nordic.example'],
      level: 'critical',
      kinds: ['lag', 'breaker'],
      teams: ['integration'],
      quiet: null,
      critical_in_quiet_hours: true,
      state: 'failing, 2 waiting to be sent again',
      last_error: 'the mail server refused the connection',
      last_sent_at: null,
    },
  ] as Channel[],
  mail: {
    url: 'smtps://mail.nordic.example',
    from: 'tillbridge@nordic.example',
    user: 'tillbridge',
    password: 'env:SMTP_PASSWORD',
    tls: 'required',
  },
  self_test_at: '08:00' as string | null,
  thresholds: {
    opened_after_s: 60,
    recovered_after_s: 120,
    repeat_after_s: 900,
    errors_warning_percent: 5,
    errors_critical_percent: 25,
    errors_attempts_min: 20,
    breaker_critical_s: 300,
    lag_critical_factor: 4,
    unidentified_points: 20,
    unidentified_sales_min: 20,
    disk_free_percent: 10,
    disk_free_gb: 1,
  } as Record<string, number>,
};
// Secrets are written, never read.
const shown = () => ({
  ...settings,
  channels: settings.channels.map((one) => ({ ...told, ...one, url: masked(one.url) })),
  mail: {
    ...settings.mail,
    password: settings.mail.password === '' ? '' : '(kept)',
    ...(settings.mail.password === '' ? {} : { password_from: settings.mail.password }),
  },
});
const find = (params: string[]) => world.alerts.find((one) => one.id === `${params[0]}/${params[1]}`);

export const alertRoutes: Routes = {
  'GET /alerts': () => ok({ items: world.alerts, next: null }),
  'POST /alerts/*/*/acknowledge': ({ params, user }) => {
    const alert = find(params);
    if (!alert) return refuse(404, 'not_found', 'There is no such alert.');
    alert.acknowledged_by = user?.name ?? null;
    return ok(alert);
  },
  'POST /alerts/*/*/mute': ({ params, body }) => {
    const alert = find(params);
    if (!alert) return refuse(404, 'not_found', 'There is no such alert.');
    const minutes = Number(body['minutes']);
    alert.muted_until = minutes === 0 ? null : new Date(Date.now() + minutes * 60_000).toISOString();
    return ok(alert);
  },
  'GET /alerts/settings': () => ok(shown()),
  'PUT /alerts/settings': ({ body }) => {
    const wish = body as unknown as typeof settings;
    for (const [at, one] of wish.channels.entries()) {
      const before = settings.channels.find((each) => each.id !== '' && each.id === one.id);
      if (before && one.url === masked(before.url)) one.url = before.url;
      if (one.kind === 'webhook' && !one.url.startsWith('https://'))
        return refuse(400, 'invalid_input', `channels[${at}].url: has to begin with https://`);
      if (one.id === '') one.id = one.title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      if (before) Object.assign(one, { ...told, state: before.state, last_error: before.last_error });
    }
    if (wish.mail.password === '(kept)') wish.mail.password = settings.mail.password;
    settings = wish;
    return ok(shown());
  },
  'POST /alerts/channels/*/test': ({ params }) =>
    ok(
      params[0] === 'on-call'
        ? { sent: false, message: 'On call did not take it: the mail server refused the connection.' }
        : { sent: true, message: 'Operations chat took the test.' },
    ),
};
