import { Alert, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { SetupPreview } from '@/api/setup';
import { Copy } from '@/parts/bytes/BytesView';
import { Panel } from '@/parts/frame/Panel';
import { Lines } from '@/parts/frame/states';
import { ToneBadge } from '@/parts/state/StateBadge';
import { type ByStep, fieldOfFile, isYes, type Typed } from './answers';
import { steps } from './fields';
import classes from './SetUp.module.css';

function Given({ name, value }: { name: string; value: string }) {
  return (
    <div className={classes.given}>
      <div>
        <dt className={classes.small}>{name}</dt>
        <dd>{value || '–'}</dd>
      </div>
      {value !== '' && <Copy text={value} />}
    </div>
  );
}

// What the answers come to: problems, the configuration, the secrets' files, what to paste into Sitoo, what to do next.
export function ResultStep({
  preview,
  problems,
  typed,
  goTo,
}: {
  preview: SetupPreview | null;
  problems: Map<string, ByStep>;
  typed: Typed;
  goTo: (step: string) => void;
}) {
  if (preview === null) return <Lines count={8} />;
  const wrong = steps.filter((step) => (problems.get(step.name)?.count ?? 0) > 0);
  const { sitoo } = preview;
  return (
    <div className={classes.stack}>
      {wrong.length > 0 && (
        <Alert color="red" role="alert" title="Some answers cannot be">
          <ul className={classes.list}>
            {wrong.map((step) => (
              <li key={step.name}>
                <Button size="compact-sm" variant="subtle" onClick={() => goTo(step.name)}>
                  {step.title}: {problems.get(step.name)?.count}
                </Button>
              </li>
            ))}
          </ul>
        </Alert>
      )}
      <Panel
        title="tillbridge.toml"
        aside={
          <span className={classes.outcome}>
            <ToneBadge
              tone={wrong.length > 0 ? 'bad' : 'good'}
              word={wrong.length > 0 ? 'Not complete yet' : 'The hub would take it'}
            />
            <Copy text={preview.toml} label="Copy the file" />
          </span>
        }
      >
        <p className={classes.help}>It names the files of secrets and holds none.</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
        {/* biome-ignore lint/a11y/useSemanticElements: a section cannot be preformatted */}
        <pre className={classes.block} tabIndex={0} role="region" aria-label="tillbridge.toml">
          {preview.toml}
        </pre>
      </Panel>
      <Panel title="Files of secrets">
        <p className={classes.help}>
          One per secret, readable by the user of the hub only (mode 0600). They are not stored here: copy
          each now.
        </p>
        {preview.secret_files.length === 0 && <p className="dim">None was given yet.</p>}
        {preview.secret_files.map((file) => {
          const field = fieldOfFile(file);
          const secret = field ? (typed.texts[field.name] ?? '') : '';
          return (
            <div key={file} className={classes.given}>
              <div>
                <div className="mono">{file}</div>
                <div className={classes.small}>
                  {field?.prompt ?? 'A secret'}
                  {secret === '' ? ': choose one, or go back and make one' : ''}
                </div>
              </div>
              {secret !== '' && <Copy text={secret} label="Copy the secret" />}
            </div>
          );
        })}
      </Panel>
      <Panel title="What to paste into Sitoo">
        <dl className={classes.list}>
          <Given name="Event Subscriptions: address (Sitoo adds /events)" value={sitoo.events_base_url} />
          <Given name="Event Subscriptions: user" value={sitoo.events_user} />
          {isYes(typed, 'crm') && (
            <>
              <Given name="CRM (SPI v2): address" value={sitoo.crm_base_url ?? ''} />
              <Given name="CRM (SPI v2): user" value={sitoo.crm_user ?? ''} />
            </>
          )}
        </dl>
        <p className={classes.small}>Their passwords are those of the files above, never the API’s.</p>
      </Panel>
      <Panel title="Then">
        <ol className={classes.next}>
          <li>Put the files on the hub’s machine.</li>
          <li>
            <span className="mono">tillbridge check --live</span> reads them and makes one harmless call to
            each platform.
          </li>
          <li>Start the hub with them, paste into Sitoo, make a sale at a till.</li>
          <li>
            <Link to="." search={((old: object) => ({ ...old, step: 'validate' })) as never}>
              Validate
            </Link>{' '}
            everything through the running hub.
          </li>
        </ol>
      </Panel>
    </div>
  );
}
