import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { Hour } from '@/api/today';
import { Panel } from '@/parts/frame/Panel';
import { Empty, Lines } from '@/parts/frame/states';
import { useZone } from '@/parts/session/useSession';
import { kindWord, platformTitle } from '@/parts/state/words';
import { hourText } from '@/parts/time/format';
import { kindsOf, platformsOf } from './hours';
import classes from './Today.module.css';

const SalesChart = lazy(() => import('./SalesChart'));

// Sales of each hour against what was delivered, as a picture or as a table.
export function SalesPanel({ hours }: { hours: readonly Hour[] }) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  return (
    <Panel
      title="Last 24 hours"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          value={view}
          onChange={(value) => setView(value as 'chart' | 'table')}
          data={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
        />
      }
    >
      {hours.length === 0 ? (
        <Empty title="No sale in the last 24 hours">As soon as a till sells something, it shows here.</Empty>
      ) : view === 'chart' ? (
        <Suspense fallback={<Lines count={5} />}>
          <SalesChart hours={hours} />
        </Suspense>
      ) : (
        <HoursTable hours={hours} />
      )}
    </Panel>
  );
}

function HoursTable({ hours }: { hours: readonly Hour[] }) {
  const zone = useZone();
  const kinds = kindsOf(hours);
  const platforms = platformsOf(hours);
  return (
    <div className={classes.scroll}>
      <table className={classes.hours}>
        <thead>
          <tr>
            <th scope="col">Hour</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col">
                {kindWord(kind)}
              </th>
            ))}
            {platforms.map((name) => (
              <th key={name} scope="col">
                {platformTitle(name)}: delivered of planned
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.toReversed().map((hour) => (
            <tr key={hour.hour}>
              <th scope="row">{hourText(new Date(hour.hour), zone)}</th>
              {kinds.map((kind) => (
                <td key={kind}>{hour.records[kind] ?? 0}</td>
              ))}
              {platforms.map((name) => (
                <td key={name}>
                  {hour.delivered[name] ?? 0} of {hour.planned[name] ?? 0}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
