import { Alert, Button, NativeSelect } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { messageOf } from '@/api/client';
import { type SettingsTest, testSettings } from '@/api/settings';
import { PreviewOne } from '@/pages/record/PreviewView';
import { Panel } from '@/parts/frame/Panel';
import { Lines } from '@/parts/frame/states';
import { ToneBadge } from '@/parts/state/StateBadge';
import classes from './Settings.module.css';

// Plans past records with the document: what each platform would get otherwise.
export function Trial({ document, changed, wrong }: { document: string; changed: boolean; wrong: boolean }) {
  const [records, setRecords] = useState('20');
  const run = useMutation({ mutationFn: () => testSettings(document, Number(records)) });
  const [tried, setTried] = useState<string | null>(null);
  const why = wrong
    ? 'Solve the problems first.'
    : changed
      ? null
      : 'Nothing is changed, so nothing would differ.';
  return (
    <Panel title="Test on past records">
      <div className={classes.stack}>
        <div className={classes.row}>
          <NativeSelect
            label="Newest records"
            value={records}
            data={['20', '50', '100']}
            onChange={(event) => setRecords(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={why !== null}
            loading={run.isPending}
            leftSection={<IconFlask size={16} aria-hidden />}
            onClick={() => {
              setTried(document);
              run.mutate();
            }}
          >
            Test
          </Button>
          <span className="dim">
            {why ?? 'Nothing is sent: they are only planned, as the hub runs now and as this document says.'}
          </span>
        </div>
        {run.isPending && <Lines count={3} />}
        {run.error && (
          <Alert color="red" role="alert">
            {messageOf(run.error)}
          </Alert>
        )}
        {run.data && !run.isPending && <Found found={run.data} old={tried !== document} />}
      </div>
    </Panel>
  );
}

function Found({ found, old }: { found: SettingsTest; old: boolean }) {
  const all = found.changed + found.same;
  const differing = found.records.filter((one) => one.deliveries.some((delivery) => !delivery.same));
  return (
    <div>
      <p role="status">
        <ToneBadge
          tone={found.changed === 0 ? 'good' : 'warn'}
          word={all === 0 ? 'No record' : found.changed === 0 ? 'The same' : 'Differs'}
        />{' '}
        {all === 0
          ? 'There is no past order that could be planned again.'
          : found.changed === 0
            ? `All ${all} records would be sent as they are now.`
            : `${found.changed} of ${all} records would be sent differently.`}
        {old && <span className="dim"> The document was changed since.</span>}
      </p>
      {differing.map((one) => (
        <div key={one.record_id} className={classes.record}>
          <Link to="/records/$id" params={{ id: one.record_id }} className={classes.name}>
            {one.record_key}
          </Link>
          {one.deliveries
            .filter((delivery) => !delivery.same)
            .map((delivery) => (
              <PreviewOne key={`${delivery.connection} ${delivery.effect}`} delivery={delivery} />
            ))}
        </div>
      ))}
    </div>
  );
}
