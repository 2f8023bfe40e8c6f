import { useQuery } from '@tanstack/react-query';
import { type Today, todayQuery } from '@/api/today';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Columns, Panel, WithAside } from '@/parts/frame/Panel';
import { Loaded } from '@/parts/frame/states';
import { TimeText } from '@/parts/time/TimeText';
import { OpenAlerts } from './OpenAlerts';
import { PlatformCard } from './PlatformCard';
import { SalesPanel } from './SalesPanel';
import { CasesByTeam, Counts, Oldest, Yesterday } from './Sums';

// How it stands: what needs somebody first, then each platform, then the day.
export function TodayPage() {
  const query = useQuery(todayQuery);
  return (
    <PageFrame
      title="Today"
      lead={
        query.data && (
          <>
            As of <TimeText at={query.data.at} />
          </>
        )
      }
    >
      <Loaded query={query} lines={12}>
        {(today) => <Body today={today} />}
      </Loaded>
    </PageFrame>
  );
}

function Body({ today }: { today: Today }) {
  return (
    <>
      <OpenAlerts alerts={today.alerts} />
      <Columns min={300}>
        {today.platforms.map((platform) => (
          <PlatformCard key={`${platform.workspace}/${platform.connection}`} platform={platform} />
        ))}
      </Columns>
      <WithAside
        aside={
          <>
            <Panel title="Cases by team" flush>
              <CasesByTeam teams={today.cases} />
            </Panel>
            <Panel title="Oldest unsent">
              <Oldest oldest={today.oldest} />
            </Panel>
          </>
        }
      >
        <SalesPanel hours={today.hours} />
        <Columns min={260}>
          {today.yesterday && <Yesterday yesterday={today.yesterday} />}
          <Panel title="In the hub">
            <Counts counts={today.counts} />
          </Panel>
        </Columns>
      </WithAside>
    </>
  );
}
