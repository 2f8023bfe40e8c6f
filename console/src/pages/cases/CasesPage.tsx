import { useQuery } from '@tanstack/react-query';
import { type CaseRow, casePage } from '@/api/cases';
import { peopleQuery } from '@/api/session';
import { FilterChoice } from '@/parts/filters/controls';
import { FilterBar } from '@/parts/filters/FilterBar';
import { countSet } from '@/parts/filters/search';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useSession } from '@/parts/session/useSession';
import { caseTypes, sentence } from '@/parts/state/words';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { SavedViews } from '@/parts/views/SavedViews';
import { caseColumns } from './columns';
import { casesShape } from './filters';
import { caseFiltersOf, caseViews } from './view';

const builtIn = caseViews.map(({ value, name }) => ({ name, query: value === 'all' ? '' : `view=${value}` }));

export function CasesPage() {
  const [search, set, setAll] = useFilters(casesShape);
  const { teams } = useSession();
  const people = useQuery(peopleQuery).data?.items ?? [];
  const filters = caseFiltersOf(search);
  const list = useKeysetList<CaseRow>({
    queryKey: ['cases', 'list', filters],
    read: (after, signal) => casePage(filters, after, signal),
    idOf: (one) => one.id,
    topics: ['cases'],
  });
  const view = caseViews.find(({ value }) => value === (search.view ?? 'all'));
  const narrowed = countSet(search, ['view']);
  return (
    <PageFrame title="Cases" lead="What a person must see. Open ones come soonest due first.">
      <SavedViews page="cases" builtIn={builtIn} />
      <FilterBar set={narrowed} onClear={() => setAll({ view: search.view })}>
        <FilterChoice
          label="Team"
          value={search.team}
          options={teams.map((value) => ({ value, label: sentence(value) }))}
          onChange={(team) => set({ team })}
        />
        <FilterChoice
          label="Type"
          value={search.type}
          options={caseTypes.map((value) => ({ value, label: sentence(value) }))}
          onChange={(type) => set({ type })}
        />
        {search.view !== 'mine' && search.view !== 'unowned' && (
          <FilterChoice
            label="Assignee"
            value={search.assignee}
            options={people.map(({ name, display }) => ({ value: name, label: display || name }))}
            onChange={(assignee) => set({ assignee })}
          />
        )}
      </FilterBar>
      <Panel flush>
        <DataTable
          label="Cases"
          rows={list.items}
          columns={caseColumns}
          idOf={(one) => one.id}
          loading={list.loading}
          error={list.error}
          onRetry={list.refresh}
          hasMore={list.hasMore}
          loadingMore={list.loadingMore}
          onMore={list.more}
          outdated={list.outdated}
          dimmed={list.changingFilters}
          toneOf={(one) => (one.overdue ? 'bad' : undefined)}
          empty={
            <Empty title="No case here">
              {narrowed > 0 ? 'None matches these filters. Fewer filters find more.' : view?.empty}
            </Empty>
          }
        />
      </Panel>
    </PageFrame>
  );
}
