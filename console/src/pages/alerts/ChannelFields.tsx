import { Button, Checkbox, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { IconSend, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { type AlertChannel, testChannel } from '@/api/alerts';
import { messageOf } from '@/api/client';
import { Panel } from '@/parts/frame/Panel';
import { useSession } from '@/parts/session/useSession';
import { ToneBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Alerts.module.css';
import { type ChannelDraft, days } from './draft';
import { alertKinds } from './kinds';

export type ErrorAt = (place: string) => string | null;

function Boxes({
  legend,
  hint,
  options,
  value,
  onChange,
}: {
  legend: string;
  hint: string;
  options: readonly { value: string; label: string }[];
  value: string[];
  onChange: (value: string[]) => void;
}) {
  return (
    <fieldset className={`${classes.group} ${classes.wide}`}>
      <legend>{legend}</legend>
      <p className={classes.hint}>{hint}</p>
      <div className={classes.boxes}>
        {options.map((one) => (
          <Checkbox
            key={one.value}
            label={one.label}
            checked={value.includes(one.value)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...value, one.value]
                  : value.filter((each) => each !== one.value),
              )
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

function ChannelState({ saved }: { saved: AlertChannel }) {
  const failing = saved.state.startsWith('failing');
  return (
    <p className={failing ? classes.error : classes.hint}>
      {failing ? saved.last_error || 'The last notice did not arrive.' : null}
      {saved.last_sent_at && (
        <>
          {' '}
          Last sent <TimeText at={saved.last_sent_at} />.
        </>
      )}
    </p>
  );
}

// Sends a notice now, to the channel as it is saved.
function TestButton({ saved, changed }: { saved: AlertChannel; changed: boolean }) {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ sent: boolean; message: string } | null>(null);
  const run = async () => {
    setBusy(true);
    setResult(null);
    try {
      setResult(await testChannel(saved.id));
    } catch (error) {
      setResult({ sent: false, message: messageOf(error) });
    }
    setBusy(false);
  };
  return (
    <div className={`${classes.channelHead} ${classes.wide}`}>
      <Button
        variant="default"
        loading={busy}
        disabled={changed}
        leftSection={<IconSend size={15} aria-hidden />}
        onClick={() => void run()}
      >
        Send a test
      </Button>
      {changed && <span className={classes.hint}>Save first: a test goes to what is saved.</span>}
      <span role="status">
        {result && (
          <>
            <ToneBadge tone={result.sent ? 'good' : 'bad'} word={result.sent ? 'Sent' : 'Not sent'} />{' '}
            {result.message}
          </>
        )}
      </span>
    </div>
  );
}

export function ChannelFields({
  channel,
  saved,
  place,
  errorAt,
  changed,
  onChange,
  onRemove,
}: {
  channel: ChannelDraft;
  saved: AlertChannel | undefined;
  place: string;
  errorAt: ErrorAt;
  changed: boolean;
  onChange: (change: Partial<ChannelDraft>) => void;
  onRemove: () => void;
}) {
  const { teams } = useSession();
  const webhook = channel.kind === 'webhook';
  const masked = webhook && channel.url !== '' && channel.url.endsWith('/...');
  return (
    <Panel
      title={
        <span className={classes.channelHead}>
          {channel.title || (webhook ? 'New webhook' : 'New mail receivers')}
          {saved && (
            <ToneBadge
              tone={saved.state.startsWith('failing') ? 'bad' : saved.state === 'working' ? 'good' : 'quiet'}
              word={sentence(saved.state)}
            />
          )}
        </span>
      }
      aside={
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={14} aria-hidden />}
          onClick={onRemove}
        >
          Remove
        </Button>
      }
    >
      {saved && (saved.last_error || saved.last_sent_at) && <ChannelState saved={saved} />}
      {errorAt(place) && <p className={classes.error}>{errorAt(place)}</p>}
      <div className={classes.fields}>
        <TextInput
          label="Name"
          required
          value={channel.title}
          error={errorAt(`${place}.title`)}
          onChange={(event) => onChange({ title: event.currentTarget.value })}
        />
        <NativeSelect
          label="Level"
          value={channel.level}
          data={[
            { value: 'warning', label: 'Warnings and critical' },
            { value: 'critical', label: 'Critical only' },
          ]}
          error={errorAt(`${place}.level`)}
          onChange={(event) => onChange({ level: event.currentTarget.value as 'warning' | 'critical' })}
        />
        {webhook ? (
          <TextInput
            className={classes.wide ?? ''}
            label="Address"
            type="url"
            required
            autoComplete="off"
            spellCheck={false}
            description={
              masked
                ? 'What follows the host is a secret and is kept. Enter a whole new address to replace it.'
                : 'https://; it is not shown again after saving'
            }
            value={channel.url}
            error={errorAt(`${place}.url`)}
            onChange={(event) => onChange({ url: event.currentTarget.value })}
          />
        ) : (
          <Textarea
            className={classes.wide ?? ''}
            label="Receivers"
            description="One address per line"
            required
            autosize
            minRows={2}
            maxRows={8}
            value={channel.to}
            error={errorAt(`${place}.to`)}
            onChange={(event) => onChange({ to: event.currentTarget.value })}
          />
        )}
        <Boxes
          legend="Kinds of alerts"
          hint="None ticked: all of them"
          options={alertKinds.map(({ value, word }) => ({ value, label: word }))}
          value={channel.kinds}
          onChange={(kinds) => onChange({ kinds })}
        />
        {teams.length > 0 && (
          <Boxes
            legend="Teams"
            hint="None ticked: alerts of all teams"
            options={teams.map((value) => ({ value, label: sentence(value) }))}
            value={channel.teams}
            onChange={(chosen) => onChange({ teams: chosen })}
          />
        )}
        <Switch
          className={classes.wide ?? ''}
          label="Quiet hours: notices are kept back and sent afterwards"
          checked={channel.quiet}
          onChange={(event) => onChange({ quiet: event.currentTarget.checked })}
        />
        {channel.quiet && (
          <>
            <TextInput
              label="From"
              type="time"
              value={channel.from}
              error={errorAt(`${place}.quiet.from`)}
              onChange={(event) => onChange({ from: event.currentTarget.value })}
            />
            <TextInput
              label="Until"
              type="time"
              description="Store time; may be the next morning"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={channel.until}
              error={errorAt(`${place}.quiet.until`)}
              onChange={(event) => onChange({ until: event.currentTarget.value })}
            />
            <Boxes
              legend="Days"
              hint="None ticked: every day"
              options={days.map((value) => ({ value, label: sentence(value) }))}
              value={channel.days}
              onChange={(chosen) => onChange({ days: chosen })}
            />
            <Switch
              className={classes.wide ?? ''}
              label="Critical ones are sent in quiet hours too"
              checked={channel.criticalInQuiet}
              onChange={(event) => onChange({ criticalInQuiet: event.currentTarget.checked })}
            />
          </>
        )}
        {saved && <TestButton saved={saved} changed={changed} />}
      </div>
    </Panel>
  );
}
