import { describe, expect, it } from 'vitest';
import type { AlertSettings } from '@/api/alerts';
import { dayOf, draftOf, newChannel, problemOf, problemsIn, wishOf } from './draft';

const settings: AlertSettings = {
  channels: [
    {
      id: 'chat',
      kind: 'webhook',
      title: 'Chat',
      url: 'https://hooks.example.com/...',
      to: [],
      level: 'warning',
      kinds: ['lag'],
      teams: ['integration'],
      quiet: { days: ['mon', 'Sunday'], from: '22:00', until: '06:00' },
      critical_in_quiet_hours: false,
      state: 'working',
      last_error: null,
      last_sent_at: '2026-06-12T10:40:00.000Z',
    },
    {
      id: 'on-call',
      kind: 'mail',
      title: 'On call',
      url: '',
      to: ['a@b.example', 'c@d.example'],
      level: 'critical',
      kinds: [],
      teams: [],
      quiet: null,
      critical_in_quiet_hours: true,
      state: 'failing',
      last_error: 'refused',
      last_sent_at: null,
    },
  ],
  mail: {
    url: 'smtps://mail.example',
    from: 'hub@example.com',
    user: 'hub',
    password: '(kept)',
    password_from: 'env:SMTP',
    tls: 'required',
  },
  self_test_at: '08:00',
  thresholds: { disk_free_gb: 1, errors_warning_percent: 0.5 },
};

describe('alert settings', () => {
  it('go back as they came, secrets as they were shown', () => {
    const wish = wishOf(draftOf(settings));
    expect(wish).toEqual({
      channels: [
        {
          id: 'chat',
          kind: 'webhook',
          title: 'Chat',
          url: 'https://hooks.example.com/...',
          to: [],
          level: 'warning',
          kinds: ['lag'],
          teams: ['integration'],
          quiet: { days: ['monday', 'sunday'], from: '22:00', until: '06:00' },
          critical_in_quiet_hours: false,
        },
        {
          id: 'on-call',
          kind: 'mail',
          title: 'On call',
          url: '',
          to: ['a@b.example', 'c@d.example'],
          level: 'critical',
          kinds: [],
          teams: [],
          quiet: null,
          critical_in_quiet_hours: true,
        },
      ],
      mail: {
        url: 'smtps://mail.example',
        from: 'hub@example.com',
        user: 'hub',
        password: '(kept)',
        tls: 'required',
      },
      self_test_at: '08:00',
      thresholds: { disk_free_gb: 1, errors_warning_percent: 0.5 },
    });
    // What the hub only tells is not sent back.
    expect(JSON.stringify(wish)).not.toMatch(/last_error|password_from|last_sent_at|"state"/);
  });
  it('write a new place of the password, or none', () => {
    const draft = draftOf(settings);
    const asked = (password: 'env' | 'file' | 'none', where: string) =>
      wishOf({ ...draft, mail: { ...draft.mail, password, where } }).mail.password;
    expect(asked('env', ' SMTP_PASSWORD ')).toBe('env:SMTP_PASSWORD');
    expect(asked('file', '/run/secrets/smtp')).toBe('file:/run/secrets/smtp');
    expect(asked('none', 'ignored')).toBe('');
  });
  it('never say (kept) where there was none', () => {
    const none = draftOf({ ...settings, mail: { ...settings.mail, password: '' } });
    expect(none.mail.password).toBe('none');
    expect(wishOf(none).mail.password).toBe('');
  });
  it('take off the self-test', () => {
    expect(wishOf({ ...draftOf(settings), selfTest: '' }).self_test_at).toBeNull();
    expect(draftOf({ ...settings, self_test_at: null }).selfTest).toBe('');
  });
  it('do not send addresses of the other kind', () => {
    const draft = draftOf(settings);
    const [chat] = draft.channels;
    if (!chat) throw new Error('no channel');
    const wish = wishOf({
      ...draft,
      channels: [{ ...chat, kind: 'mail', to: 'x@y.example, z@y.example\n' }],
    });
    expect(wish.channels[0]).toMatchObject({ url: '', to: ['x@y.example', 'z@y.example'] });
  });
  it('name the field that is wrong', () => {
    expect(problemOf('channels[1].quiet.from: write a time of day like 22:00')).toEqual({
      place: 'channels[1].quiet.from',
      what: 'write a time of day like 22:00',
    });
    expect(problemOf('thresholds.disk_free_gb: is between 0 and 10000').place).toBe(
      'thresholds.disk_free_gb',
    );
    expect(problemOf('the journal: is full')).toEqual({ place: '', what: 'the journal: is full' });
  });
  it('are checked before the hub is asked', () => {
    expect(problemsIn(draftOf(settings))).toEqual([]);
    const draft = draftOf(settings);
    const wrong = problemsIn({
      ...draft,
      channels: [newChannel('webhook'), newChannel('mail')],
      mail: { ...draft.mail, url: '', password: 'env', where: '' },
      thresholds: { disk_free_gb: '', errors_warning_percent: '200' },
    }).map((one) => one.place);
    expect(wrong).toEqual([
      'channels[0].title',
      'channels[0].url',
      'channels[1].title',
      'channels[1].to',
      'mail.url',
      'mail.password',
      'thresholds.disk_free_gb',
      'thresholds.errors_warning_percent',
    ]);
  });
  it('know days by their short names', () => {
    expect(['mon', 'Friday', 'sun'].map(dayOf)).toEqual(['monday', 'friday', 'sunday']);
  });
});
