import { Alert, Button, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDeviceFloppy } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { messageOf } from '@/api/client';
import { checkSettings, type Settings, type SettingsProblem, settingsQuery } from '@/api/settings';
import { tell } from '@/parts/ask/useAct';
import { Panel } from '@/parts/frame/Panel';
import { useKeys } from '@/parts/keys/useKeys';
import { ToneBadge } from '@/parts/state/StateBadge';
import { Conflict } from './Conflict';
import { Editor } from './Editor';
import { openSave } from './SaveDialog';
import classes from './Settings.module.css';
import { type Base, mergeOf } from './saving';
import { Trial } from './Trial';

export function DocumentTab({
  settings,
  takeUp,
}: {
  settings: Settings; // the newest the hub told
  takeUp: (saved: Settings) => Promise<void>;
}) {
  const queries = useQueryClient();
  const [base, setBase] = useState<Base>(settings);
  const [draft, setDraft] = useState(settings.document);
  const [theirs, setTheirs] = useState<Settings | null>(null);
  const [goTo, setGoTo] = useState<{ line: number; at: number } | null>(null);
  const changed = draft !== base.document;
  if (!changed && settings.version > base.version) {
    setBase(settings);
    setDraft(settings.document);
    setTheirs(null);
  }
  const newer = theirs ?? (changed && settings.version > base.version ? settings : null);
  const [settled] = useDebouncedValue(draft, 700);
  const check = useQuery({
    queryKey: ['settings', 'check', settled],
    queryFn: () => checkSettings(settled),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    enabled: settled !== '',
  });
  const fresh = settled === draft ? check.data : undefined;
  const problems = fresh?.problems ?? [];
  const wrong = problems.filter((one) => !one.warning).length;
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      changed && current.pathname !== next.pathname && !window.confirm('Leave without saving the changes?'),
    enableBeforeUnload: changed,
  });

  const save = () => {
    if (!changed || newer || wrong > 0 || !settings.editable) return;
    openSave({
      mine: draft,
      base,
      saved: (saved) => {
        setBase(saved);
        setDraft(saved.document);
        void takeUp(saved);
      },
      conflict: (outcome) => {
        queries.setQueryData(settingsQuery.queryKey, outcome.theirs);
        setTheirs(outcome.theirs);
        tell(`Version ${outcome.theirs.version} came meanwhile. Nothing of yours is lost.`, true);
        window.scrollTo({ top: 0 });
      },
    });
  };
  useKeys('Settings', settings.editable ? [{ keys: 'mod+s', text: 'Save as a new version', run: save }] : []);

  return (
    <div className={classes.stack}>
      {!settings.editable && (
        <Alert color="gray">
          This hub was started without a configuration file, so its settings can be read here only.
        </Alert>
      )}
      {newer && (
        <Conflict
          base={base}
          mine={draft}
          theirs={newer}
          merged={mergeOf(base.document, draft, newer.document)}
          take={(document) => {
            setBase(newer);
            setDraft(document);
            setTheirs(null);
          }}
        />
      )}
      <Panel
        flush
        title={
          <span className={classes.status}>
            Version {base.version}
            <span className="dim">
              {settings.source === 'console' ? 'saved in the console' : 'from the configuration file'}
            </span>
            {changed && <ToneBadge tone="busy" word="Changed" />}
          </span>
        }
        aside={
          settings.editable && (
            <span className={classes.acts}>
              {changed && (
                <Button size="compact-sm" variant="default" onClick={() => setDraft(base.document)}>
                  Undo all
                </Button>
              )}
              <Button
                size="compact-sm"
                disabled={!changed || newer !== null || wrong > 0}
                leftSection={<IconDeviceFloppy size={14} aria-hidden />}
                onClick={save}
              >
                Save…
              </Button>
            </span>
          )
        }
      >
        <Editor
          label="Settings, TOML"
          value={draft}
          readOnly={!settings.editable}
          problems={problems}
          goTo={goTo}
          onChange={setDraft}
        />
      </Panel>
      <Panel title="Check" aside={<CheckState busy={!fresh && !check.error} problems={problems} />}>
        {check.error ? (
          <Alert color="red" role="alert">
            {messageOf(check.error)}
          </Alert>
        ) : (
          <Problems
            problems={problems}
            checked={fresh !== undefined}
            goTo={(line) => setGoTo({ line, at: Date.now() })}
          />
        )}
      </Panel>
      <Trial document={draft} changed={changed} wrong={wrong > 0} />
    </div>
  );
}

function CheckState({ busy, problems }: { busy: boolean; problems: readonly SettingsProblem[] }) {
  if (busy) return <ToneBadge tone="busy" word="Checking" />;
  const wrong = problems.filter((one) => !one.warning).length;
  if (wrong > 0) return <ToneBadge tone="bad" word={wrong === 1 ? '1 problem' : `${wrong} problems`} />;
  return (
    <ToneBadge
      tone={problems.length > 0 ? 'warn' : 'good'}
      word={problems.length > 0 ? 'Can be saved' : 'Fine'}
    />
  );
}

function Problems({
  problems,
  checked,
  goTo,
}: {
  problems: readonly SettingsProblem[];
  checked: boolean;
  goTo: (line: number) => void;
}) {
  if (problems.length === 0) {
    return (
      <span className="dim" role="status">
        {checked ? 'The hub would take this document.' : 'The document is checked while you write.'}
      </span>
    );
  }
  return (
    <ul className={classes.problems} aria-live="polite">
      {problems.map((one, i) => (
        <li key={i}>
          <ToneBadge tone={one.warning ? 'warn' : 'bad'} word={one.warning ? 'Warning' : 'Problem'} />
          {one.line ? (
            <UnstyledButton c="var(--mantine-color-anchor)" onClick={() => goTo(one.line ?? 1)}>
              Line {one.line}
            </UnstyledButton>
          ) : null}
          <span className={classes.problemText}>
            {one.key && <span className="mono">{one.key}</span>} {one.what}
            {one.fix && <span className={classes.fix}>: {one.fix}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
