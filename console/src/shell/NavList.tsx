import { Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { mayAs } from '@/api/role';
import { todayQuery } from '@/api/today';
import { useUser } from '@/parts/session/useSession';
import { type PageEntry, pages } from './pages';
import classes from './Shell.module.css';

const groups = ['work', 'watch', 'run'] as const;

// What needs somebody, beside the page's name.
function useCounts(): Record<string, { count: number; bad: boolean; text: string }> {
  const today = useQuery(todayQuery).data;
  if (!today) return {};
  const open = today.cases.reduce((sum, team) => sum + team.open, 0);
  const overdue = today.cases.reduce((sum, team) => sum + team.overdue, 0);
  const alerts = today.alerts.filter((alert) => alert.state === 'open');
  const blocked = today.platforms.reduce((sum, platform) => sum + platform.blocked, 0);
  return {
    '/cases': { count: open, bad: overdue > 0, text: `${open} open, ${overdue} overdue` },
    '/alerts': {
      count: alerts.length,
      bad: alerts.some((alert) => alert.level === 'critical'),
      text: `${alerts.length} open`,
    },
    '/blocked': { count: blocked, bad: false, text: `${blocked} blocked` },
  };
}

export function NavList({ narrow = false, onPick }: { narrow?: boolean; onPick?: () => void }) {
  const user = useUser();
  const counts = useCounts();
  const entry = (page: PageEntry) => {
    const count = counts[page.to];
    const shown = count !== undefined && count.count > 0 ? count : undefined;
    return (
      <li key={page.to}>
        <Tooltip
          label={shown ? `${page.title}: ${shown.text}` : page.title}
          position="right"
          disabled={!narrow}
        >
          <Link
            to={page.to}
            className={classes.link}
            activeOptions={{ exact: page.to === '/', includeSearch: false }}
            aria-label={shown ? `${page.title}, ${shown.text}` : page.title}
            {...(onPick ? { onClick: onPick } : {})}
          >
            <page.icon size={18} stroke={1.75} aria-hidden />
            {!narrow && <span>{page.title}</span>}
            {!narrow && shown && (
              <span className={classes.count} data-tone={shown.bad ? 'bad' : undefined}>
                {shown.count}
              </span>
            )}
          </Link>
        </Tooltip>
      </li>
    );
  };
  return (
    <>
      {groups.map((group) => {
        const mine = pages.filter((page) => page.group === group && mayAs(user, page.least));
        return (
          mine.length > 0 && (
            <ul key={group} className={classes.group}>
              {mine.map(entry)}
            </ul>
          )
        );
      })}
    </>
  );
}
