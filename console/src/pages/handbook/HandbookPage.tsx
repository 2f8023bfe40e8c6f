import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { type HandbookEntry, handbookQuery } from '@/api/handbook';
import { FilterText } from '@/parts/filters/controls';
import { FilterBar } from '@/parts/filters/FilterBar';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty, Loaded } from '@/parts/frame/states';
import { useRowKeys } from '@/parts/table/useRowKeys';
import { isCasePage, plainText, searchEntries } from './entries';
import { handbookShape } from './filters';
import classes from './Handbook.module.css';

function Entries({ entries, from }: { entries: readonly HandbookEntry[]; from: number }) {
  return (
    <ul className={classes.list}>
      {entries.map((entry, i) => (
        <li key={entry.page} data-row data-index={from + i}>
          <Link to="/handbook/$" params={{ _splat: entry.page }} className={classes.entry}>
            <span className={classes.title}>{entry.title || entry.page}</span>
            <span className={classes.summary}>{plainText(entry.summary)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function HandbookPage() {
  const query = useQuery(handbookQuery);
  const [search, set] = useFilters(handbookShape);
  const text = search.text ?? '';
  const found = searchEntries(query.data?.items ?? [], text);
  const pages = found.filter((entry) => !isCasePage(entry));
  const cases = found.filter(isCasePage);
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(true, body, found.length, () => {});
  return (
    <PageFrame
      title="Handbook"
      lead="How the work is done, in words without engineering. It is part of the hub and works offline."
    >
      <FilterBar
        main={
          <FilterText
            label="Search the handbook"
            value={search.text}
            onChange={(value) => set({ text: value })}
          />
        }
      />
      <Loaded query={query}>
        {() =>
          found.length === 0 ? (
            <Panel>
              <Empty title="No page has this">
                Titles and summaries are searched. Try one word, such as “pause”.
              </Empty>
            </Panel>
          ) : (
            <div ref={body} className={classes.groups}>
              {pages.length > 0 && (
                <Panel title="Pages" flush>
                  <Entries entries={pages} from={0} />
                </Panel>
              )}
              {cases.length > 0 && (
                <Panel title="Types of cases" flush>
                  <Entries entries={cases} from={pages.length} />
                </Panel>
              )}
            </div>
          )
        }
      </Loaded>
    </PageFrame>
  );
}
