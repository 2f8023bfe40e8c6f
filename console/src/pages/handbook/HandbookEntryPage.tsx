import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ApiError } from '@/api/client';
import { handbookPageQuery, handbookQuery } from '@/api/handbook';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel, WithAside } from '@/parts/frame/Panel';
import { Empty, Loaded } from '@/parts/frame/states';
import { MarkdownText } from '@/parts/markdown/MarkdownText';
import { isCasePage, withoutTitle } from './entries';
import classes from './Handbook.module.css';

export function HandbookEntryPage() {
  const { _splat: page = '' } = useParams({ strict: false }) as { _splat?: string };
  const query = useQuery(handbookPageQuery(page));
  const entries = useQuery(handbookQuery).data?.items ?? [];
  const missing = query.error instanceof ApiError && query.error.status === 404;
  const isCase = page.startsWith('cases/');
  const near = entries.filter((entry) => isCasePage(entry) === isCase && entry.page !== 'index');
  return (
    <PageFrame title={query.data?.title || 'Handbook'} above={<Link to="/handbook">Handbook</Link>}>
      <WithAside
        aside={
          near.length > 0 && (
            <nav aria-label="Handbook">
              <Panel title={isCase ? 'Types of cases' : 'Pages'}>
                <ul className={classes.nav}>
                  {near.map((entry) => (
                    <li key={entry.page}>
                      <Link
                        to="/handbook/$"
                        params={{ _splat: entry.page }}
                        aria-current={entry.page === page ? 'page' : undefined}
                      >
                        {entry.title || entry.page}
                      </Link>
                    </li>
                  ))}
                </ul>
              </Panel>
            </nav>
          )
        }
      >
        <Panel>
          {missing ? (
            <Empty title="The handbook has no such page">
              <Link to="/handbook">All pages of the handbook</Link>
            </Empty>
          ) : (
            <Loaded query={query} lines={12}>
              {(found) => (
                <div className={classes.text}>
                  <MarkdownText text={withoutTitle(found.markdown)} page={found.page} />
                  {isCase && (
                    <p>
                      <Link to="/cases" search={{ type: page.slice('cases/'.length) } as never}>
                        Open cases of this type
                      </Link>
                    </p>
                  )}
                </div>
              )}
            </Loaded>
          )}
        </Panel>
      </WithAside>
    </PageFrame>
  );
}
