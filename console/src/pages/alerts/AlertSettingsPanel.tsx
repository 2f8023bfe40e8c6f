import { Alert, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconMail, IconWebhook } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type AlertSettings, alertSettingsQuery, saveAlertSettings } from '@/api/alerts';
import { messageOf } from '@/api/client';
import { tell } from '@/parts/ask/useAct';
import { Panel } from '@/parts/frame/Panel';
import { Empty, Loaded } from '@/parts/frame/states';
import classes from './Alerts.module.css';
import { ChannelFields } from './ChannelFields';
import {
  type AlertDraft,
  type ChannelDraft,
  draftOf,
  type FieldProblem,
  newChannel,
  type PasswordPlace,
  problemOf,
  problemsIn,
  thresholdInfo,
  wishOf,
} from './draft';

export function AlertSettingsPanel() {
  const query = useQuery({
    ...alertSettingsQuery,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  return (
    <Loaded query={query} lines={10}>
      {(settings) => <Form key={query.dataUpdatedAt} settings={settings} />}
    </Loaded>
  );
}

function Form({ settings }: { settings: AlertSettings }) {
  const queries = useQueryClient();
  const [first] = useState(() => draftOf(settings));
  const [draft, setDraft] = useState<AlertDraft>(first);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [busy, setBusy] = useState(false);
  const changed = JSON.stringify(draft) !== JSON.stringify(first);
  useBlocker({
    shouldBlockFn: () => changed && !window.confirm('Leave without saving the changes?'),
    enableBeforeUnload: changed,
  });
  const errorAt = (place: string) => problems.find((one) => one.place === place)?.what ?? null;
  const general = problems.filter((one) => one.place === '');
  const setChannel = (key: number, change: Partial<ChannelDraft>) =>
    setDraft((old) => ({
      ...old,
      channels: old.channels.map((one) => (one.key === key ? { ...one, ...change } : one)),
    }));
  const setMail = (change: Partial<AlertDraft['mail']>) =>
    setDraft((old) => ({ ...old, mail: { ...old.mail, ...change } }));
  const add = (kind: 'webhook' | 'mail') =>
    setDraft((old) => ({ ...old, channels: [...old.channels, newChannel(kind)] }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const seen = problemsIn(draft);
    setProblems(seen);
    if (seen.length > 0) return;
    setBusy(true);
    try {
      queries.setQueryData(alertSettingsQuery.queryKey, await saveAlertSettings(wishOf(draft)));
      tell('Saved. Send a test to what you have changed.');
    } catch (error) {
      setProblems([problemOf(messageOf(error))]);
      setBusy(false);
    }
  };

  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)} noValidate>
      {draft.channels.length === 0 && (
        <Panel>
          <Empty title="Nobody is told">
            Alerts show here in the console only. Add a webhook of your chat, or mail addresses.
          </Empty>
        </Panel>
      )}
      {draft.channels.map((channel, at) => (
        <ChannelFields
          key={channel.key}
          channel={channel}
          saved={settings.channels.find((one) => one.id === channel.id)}
          place={`channels[${at}]`}
          errorAt={errorAt}
          changed={
            JSON.stringify(channel) !== JSON.stringify(first.channels.find((one) => one.key === channel.key))
          }
          onChange={(change) => setChannel(channel.key, change)}
          onRemove={() =>
            setDraft((old) => ({ ...old, channels: old.channels.filter((one) => one.key !== channel.key) }))
          }
        />
      ))}
      <div className={classes.boxes}>
        <Button
          variant="default"
          leftSection={<IconWebhook size={16} aria-hidden />}
          onClick={() => add('webhook')}
        >
          Add a webhook
        </Button>
        <Button
          variant="default"
          leftSection={<IconMail size={16} aria-hidden />}
          onClick={() => add('mail')}
        >
          Add mail receivers
        </Button>
      </div>
      <MailPanel draft={draft} settings={settings} errorAt={errorAt} setMail={setMail} />
      <Panel title="Limits">
        <div className={classes.fields}>
          {Object.entries(draft.thresholds).map(([name, value]) => {
            const info = thresholdInfo(name);
            return (
              <TextInput
                key={name}
                label={info.title}
                inputMode="decimal"
                description={info.unit}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={value}
                error={errorAt(`thresholds.${name}`)}
                onChange={(event) => {
                  const text = event.currentTarget.value;
                  setDraft((old) => ({ ...old, thresholds: { ...old.thresholds, [name]: text } }));
                }}
              />
            );
          })}
        </div>
      </Panel>
      <Panel title="Daily self-test">
        <div className={classes.fields}>
          <TextInput
            label="Time"
            type="time"
            description="Store time. Each channel gets one short notice a day; when it does not come, alerts would not either. Empty: none."
            value={draft.selfTest}
            error={errorAt('self_test_at')}
            onChange={(event) => {
              const text = event.currentTarget.value;
              setDraft((old) => ({ ...old, selfTest: text }));
            }}
          />
        </div>
      </Panel>
      {general.map((one) => (
        <Alert key={one.what} color="red" role="alert">
          {one.what}
        </Alert>
      ))}
      {(changed || busy) && (
        <div className={classes.bar}>
          <span role="status">
            {problems.length > 0
              ? `${problems.length === 1 ? '1 field needs' : `${problems.length} fields need`} a look.`
              : 'There are changes that are not saved.'}
          </span>
          <span className={classes.barActs}>
            <Button
              variant="default"
              onClick={() => {
                setDraft(first);
                setProblems([]);
              }}
            >
              Undo all
            </Button>
            <Button type="submit" loading={busy}>
              Save
            </Button>
          </span>
        </div>
      )}
    </form>
  );
}

function MailPanel({
  draft,
  settings,
  errorAt,
  setMail,
}: {
  draft: AlertDraft;
  settings: AlertSettings;
  errorAt: (place: string) => string | null;
  setMail: (change: Partial<AlertDraft['mail']>) => void;
}) {
  const { mail } = draft;
  const from = settings.mail.password_from;
  const hasOne = settings.mail.password === '(kept)';
  const places: { value: PasswordPlace; label: string }[] = [
    ...(hasOne ? [{ value: 'kept' as const, label: from ? `As it is (${from})` : 'As it is' }] : []),
    { value: 'env', label: 'An environment variable of the hub' },
    { value: 'file', label: 'A file on the hub’s machine' },
    { value: 'none', label: 'None' },
  ];
  return (
    <Panel title="Mail server">
      <div className={classes.fields}>
        <TextInput
          label="Server"
          placeholder="smtp://mail.example.com:587"
          spellCheck={false}
          value={mail.url}
          error={errorAt('mail.url')}
          onChange={(event) => setMail({ url: event.currentTarget.value })}
        />
        <NativeSelect
          label="Encryption"
          value={mail.tls}
          data={[
            { value: 'required', label: 'Required' },
            { value: 'if_offered', label: 'If the server offers it' },
            { value: 'never', label: 'Never' },
          ]}
          error={errorAt('mail.tls')}
          onChange={(event) => setMail({ tls: event.currentTarget.value as AlertDraft['mail']['tls'] })}
        />
        <TextInput
          label="Sender"
          type="email"
          value={mail.from}
          error={errorAt('mail.from')}
          onChange={(event) => setMail({ from: event.currentTarget.value })}
        />
        <TextInput
          label="User"
          autoComplete="off"
          value={mail.user}
          error={errorAt('mail.user')}
          onChange={(event) => setMail({ user: event.currentTarget.value })}
        />
        <NativeSelect
          label="Password"
          description="Passwords themselves are not taken here: say where the hub finds it"
          value={mail.password}
          data={places}
          error={mail.password === 'kept' || mail.password === 'none' ? errorAt('mail.password') : null}
          onChange={(event) => setMail({ password: event.currentTarget.value as PasswordPlace, where: '' })}
        />
        {(mail.password === 'env' || mail.password === 'file') && (
          <TextInput
            label={mail.password === 'env' ? 'Name of the variable' : 'Path of the file'}
            placeholder={mail.password === 'env' ? 'SMTP_PASSWORD' : '/run/secrets/smtp'}
            spellCheck={false}
            value={mail.where}
            error={errorAt('mail.password')}
            onChange={(event) => setMail({ where: event.currentTarget.value })}
          />
        )}
      </div>
    </Panel>
  );
}
