import { Link } from '@tanstack/react-router';
import type { Today } from '@/api/today';
import { Facts, Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { ToneBadge } from '@/parts/state/StateBadge';
import { kindWord, platformTitle, sentence } from '@/parts/state/words';
import { dayText } from '@/parts/time/format';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Today.module.css';

const count = (value: number | undefined) => (value ?? 0).toLocaleString('en-GB');

export function CasesByTeam({ teams }: { teams: Today['cases'] }) {
  if (teams.every((team) => team.open === 0)) {
    return <Empty title="No open case">Nothing needs a person.</Empty>;
  }
  return (
    <table className={classes.teams}>
      <thead>
        <tr>
          <th scope="col">Team</th>
          <th scope="col">Open</th>
          <th scope="col">Overdue</th>
          <th scope="col">Unowned</th>
        </tr>
      </thead>
      <tbody>
        {teams.map((team) => (
          <tr key={team.team}>
            <th scope="row">
              <Link to="/cases" search={{ view: 'all', team: team.team }}>
                {sentence(team.team)}
              </Link>
            </th>
            <td>{count(team.open)}</td>
            <td>
              {team.overdue > 0 ? (
                <Link to="/cases" search={{ view: 'overdue', team: team.team }} className={classes.bad}>
                  {count(team.overdue)}
                </Link>
              ) : (
                0
              )}
            </td>
            <td>
              {team.unowned > 0 ? (
                <Link to="/cases" search={{ view: 'unowned', team: team.team }}>
                  {count(team.unowned)}
                </Link>
              ) : (
                0
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Oldest({ oldest }: { oldest: Today['oldest'] }) {
  if (!oldest) return <p className={classes.clear}>Nothing waits: every delivery that may go has gone.</p>;
  return (
    <p className={classes.clear}>
      <Link to="/records/$id" params={{ id: oldest.record_id }}>
        {oldest.record_key}
      </Link>{' '}
      waits for {platformTitle(oldest.connection)} since <TimeText at={oldest.since} />.
    </p>
  );
}

export function Yesterday({ yesterday }: { yesterday: NonNullable<Today['yesterday']> }) {
  const platforms = [...new Set([...Object.keys(yesterday.planned), ...Object.keys(yesterday.delivered)])];
  return (
    <Panel
      title={`Yesterday, ${dayText(yesterday.day)}`}
      aside={
        <ToneBadge
          tone={yesterday.complete ? 'good' : 'warn'}
          word={yesterday.complete ? 'Complete' : 'Not complete'}
        />
      }
    >
      <Facts
        items={[
          ...Object.entries(yesterday.records).map(([kind, n]) => [kindWord(kind), count(n)] as const),
          ['Unidentified', count(yesterday.unidentified)] as const,
          ...platforms.map((name) => {
            const missing = (yesterday.planned[name] ?? 0) - (yesterday.delivered[name] ?? 0);
            return [
              platformTitle(name),
              <>
                {count(yesterday.delivered[name])} of {count(yesterday.planned[name])} delivered
                {missing > 0 && <span className={classes.bad}>, {count(missing)} missing</span>}
              </>,
            ] as const;
          }),
        ]}
      />
    </Panel>
  );
}

export function Counts({ counts }: { counts: Today['counts'] }) {
  const gigabytes = counts.bytes_on_disk / 2 ** 30;
  return (
    <Facts
      items={[
        ['Records', count(counts.records)],
        ['Arrivals', `${count(counts.arrivals)}, ${count(counts.arrivals_waiting)} waiting to be read`],
        ['Deliveries waiting', count(counts.deliveries_waiting)],
        ['Deliveries parked', count(counts.deliveries_parked)],
        ['Open cases', count(counts.cases_open)],
        ['On disk', gigabytes < 0.1 ? `${Math.round(gigabytes * 1024)} MB` : `${gigabytes.toFixed(1)} GB`],
      ]}
    />
  );
}
