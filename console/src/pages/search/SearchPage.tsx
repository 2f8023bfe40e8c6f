import { Button } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { type RecordFilters, type RecordPage, type RecordRow, recordPage } from '@/api/records';
import { openBulk } from '@/parts/bulk/openBulk';
import { countSet } from '@/parts/filters/search';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { SavedViews } from '@/parts/views/SavedViews';
import { columns } from './columns';
import { FoundArrivals } from './FoundArrivals';
import { searchFilters } from './filters';
import { Guesses } from './Guesses';
import { RecentSearches } from './RecentSearches';
import { SearchFilters } from './SearchFilters';

const builtIn = [
  { name: 'Everything', query: '' },
  { name: 'In a case', query: 'state=in+a+case' },
  { name: 'Unidentified', query: 'state=unidentified' },
  { name: 'Not read yet', query: 'state=open' },
  { name: 'Returns', query: 'kind=return' },
] as const;

export function SearchPage() {
  const [filters, set, setAll] = useFilters(searchFilters);
  const list = useKeysetList<RecordRow, RecordPage>({
    queryKey: ['records', 'list', filters],
    read: (after, signal) => recordPage(filters, after, signal),
    idOf: (record) => record.id,
    topics: ['records'],
  });
  const filtersSet = countSet(filters, ['text']);
  const mayAct = useMay('operator');
  const any = countSet(filters) > 0;
  return (
    <PageFrame
      title={filters.text ? `${filters.text} · Search` : 'Search'}
      heading="Search"
      actions={mayAct && any && list.items.length > 0 && <BulkButtons filters={filters} />}
    >
      <SearchFilters
        filters={filters}
        set={set}
        count={filtersSet}
        onClear={() => setAll({ text: filters.text })}
      />
      <SavedViews page="search" builtIn={builtIn} />
      {filters.text ? (
        <Guesses guesses={list.first?.guesses ?? []} typed={filters.text} onPick={(text) => set({ text })} />
      ) : (
        <RecentSearches onPick={(text) => set({ text })} />
      )}
      <FoundArrivals arrivals={list.first?.arrivals ?? []} />
      <Panel flush>
        <DataTable
          label="Records"
          rows={list.items}
          columns={columns}
          idOf={(record) => record.id}
          loading={list.loading}
          error={list.error}
          onRetry={list.refresh}
          hasMore={list.hasMore}
          loadingMore={list.loadingMore}
          onMore={list.more}
          outdated={list.outdated}
          dimmed={list.changingFilters}
          empty={
            any ? (
              <Empty title="No record matches">
                Neither a record nor its customer, receipt, article or event has this. It may not have
                arrived, or be past its retention. Fewer filters find more.
              </Empty>
            ) : (
              <Empty title="No record yet">The first sale shows here seconds after the till closed it.</Empty>
            )
          }
        />
      </Panel>
    </PageFrame>
  );
}

function BulkButtons({ filters }: { filters: RecordFilters }) {
  const begin = (act: 'send_again' | 'rebuild') =>
    openBulk({
      act,
      filter: filters,
      about: 'the records that match',
      name: `${act === 'send_again' ? 'Send again' : 'Rebuild'}: ${Object.values(filters).filter(Boolean).join(', ')}`,
    });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconStack2 size={16} aria-hidden />}
        onClick={() => begin('send_again')}
      >
        Send all again…
      </Button>
      <Button variant="default" onClick={() => begin('rebuild')}>
        Rebuild all…
      </Button>
    </>
  );
}
