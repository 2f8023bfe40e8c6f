import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type CaseDetail, caseQuery } from '@/api/cases';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Facts, Panel, WithAside } from '@/parts/frame/Panel';
import { Loaded } from '@/parts/frame/states';
import { StateBadge, ToneBadge } from '@/parts/state/StateBadge';
import { sentence } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Case.module.css';
import { CaseActions } from './CaseActions';
import { CaseHistory } from './CaseHistory';
import { CaseRecords } from './CaseRecords';
import { HandbookExcerpt } from './HandbookExcerpt';

export function CasePage() {
  const { id } = useParams({ from: '/cases/$id' });
  const query = useQuery(caseQuery(id));
  const one = query.data;
  return (
    <PageFrame
      title={one?.title ?? 'Case'}
      above={<Link to="/cases">Cases</Link>}
      heading={
        one && (
          <span className={classes.heading}>
            {one.title || sentence(one.type)} <StateBadge of="case" state={one.state} />
            {one.overdue && <ToneBadge tone="bad" word="Overdue" />}
          </span>
        )
      }
      lead={one?.summary}
      actions={one && <CaseActions one={one} />}
    >
      <Loaded query={query} lines={10}>
        {(found) => <Body one={found} />}
      </Loaded>
    </PageFrame>
  );
}

function Body({ one }: { one: CaseDetail }) {
  const closed = one.state === 'resolved' || one.state === 'ignored';
  return (
    <WithAside
      aside={
        <>
          <Panel title="About it">
            <Facts
              items={[
                ['Team', sentence(one.team)],
                ['Assignee', one.assignee || 'Nobody yet'],
                closed
                  ? ([
                      'Closed',
                      <>
                        <TimeText at={one.closed_at} />
                        {one.closed_by ? ` by ${one.closed_by}` : ''}
                      </>,
                    ] as const)
                  : (['Due', <TimeText key="due" at={one.due_at} />] as const),
                ['Opened', <TimeText key="opened" at={one.opened_at} />],
                ['Last added', <TimeText key="last" at={one.last_at} />],
                [
                  'Records',
                  one.records_total === 0 ? 'None' : `${one.records_open} open of ${one.records_total}`,
                ],
                ['Opened again', one.reopened === 0 ? 'Never' : `${one.reopened} times`],
                ['Escalated', one.escalation === 0 ? 'No' : `Step ${one.escalation}`],
              ]}
            />
          </Panel>
          {one.handbook && <HandbookExcerpt page={one.handbook} />}
        </>
      }
    >
      <Panel title="What it is">
        {one.reason && <p className={classes.text}>{one.reason}</p>}
        {one.impact && (
          <p className={classes.text}>
            <strong>Impact:</strong> {one.impact}
          </p>
        )}
      </Panel>
      <Panel title="History">
        <CaseHistory history={one.history} />
      </Panel>
      {one.records_total > 0 && <CaseRecords one={one} />}
    </WithAside>
  );
}
