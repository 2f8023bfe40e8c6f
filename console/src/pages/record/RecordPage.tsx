import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { type Journey, journeyQuery } from '@/api/records';
import { BytesView } from '@/parts/bytes/BytesView';
import { rememberRecord } from '@/parts/filters/recent';
import { Disclose } from '@/parts/frame/Disclose';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Facts, Panel, WithAside } from '@/parts/frame/Panel';
import { Loaded } from '@/parts/frame/states';
import { StateBadge } from '@/parts/state/StateBadge';
import { kindWord } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';
import { Consents } from './Consents';
import { Lanes } from './Lanes';
import classes from './Record.module.css';
import { RecordActions } from './RecordActions';
import { RecordCases } from './RecordCases';
import { Timeline } from './Timeline';

export function RecordPage() {
  const { id } = useParams({ from: '/records/$id' });
  const query = useQuery(journeyQuery(id));
  const record = query.data?.record;
  useEffect(() => {
    if (record) rememberRecord({ id: record.id, key: record.key, kind: record.kind });
  }, [record]);
  return (
    <PageFrame
      title={record?.key ?? 'Record'}
      above={<Link to="/search">Search</Link>}
      heading={
        record && (
          <span className={classes.heading}>
            {record.key} <StateBadge of="record" state={record.state} />
          </span>
        )
      }
      lead={record && <Lead journey={query.data} />}
      actions={query.data && <RecordActions journey={query.data} />}
    >
      <Loaded query={query} lines={10}>
        {(journey) => <Body journey={journey} />}
      </Loaded>
    </PageFrame>
  );
}

function Lead({ journey }: { journey: Journey | undefined }) {
  if (!journey) return null;
  const { record } = journey;
  return (
    <>
      {kindWord(record.kind)}
      {record.store ? ` in ${record.store}` : ''}, <TimeText at={record.happened_at} />
      {record.reason ? `: ${record.reason}` : ''}
    </>
  );
}

function Body({ journey }: { journey: Journey }) {
  const { record } = journey;
  return (
    <>
      <RecordCases cases={journey.cases} />
      <Lanes platforms={journey.platforms} />
      <WithAside
        aside={
          <>
            <Panel title="About it">
              <Facts
                items={[
                  ['Kind', kindWord(record.kind)],
                  ['Store', record.store || '–'],
                  ['Customer', record.customer || 'Unidentified'],
                  ['At the till', <TimeText key="t" at={record.happened_at} />],
                  ['Changed', <TimeText key="c" at={record.changed_at} />],
                  ['Version', String(record.version)],
                  ['Planned with', `settings version ${record.settings_version}`],
                  ['Personal data', record.personal_data === 'masked' ? 'Masked for your role' : 'Shown'],
                  [
                    'Id',
                    <span key="i" className="mono">
                      {record.id}
                    </span>,
                  ],
                ]}
              />
            </Panel>
            <Consents consents={journey.consents} />
          </>
        }
      >
        <Panel title="Journey">
          <Timeline journey={journey} />
        </Panel>
        <Panel title="Document">
          <Disclose label="The document as it was read">
            <BytesView of="records" id={record.id} label="Document" />
          </Disclose>
        </Panel>
      </WithAside>
    </>
  );
}
