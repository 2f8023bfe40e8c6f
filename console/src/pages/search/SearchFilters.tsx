import { useQuery } from '@tanstack/react-query';
import { storesQuery } from '@/api/connections';
import type { RecordFilters } from '@/api/records';
import { FilterChoice, FilterText, FilterTime } from '@/parts/filters/controls';
import { FilterBar } from '@/parts/filters/FilterBar';
import { rememberSearch } from '@/parts/filters/recent';
import { searchBoxId } from '@/parts/filters/searchBox';
import { kindWord, lookOf, recordKinds } from '@/parts/state/words';

const states = ['open', 'planned', 'unidentified', 'skipped', 'in a case'].map((value) => ({
  value,
  label: lookOf('record', value).word,
}));

export function SearchFilters({
  filters,
  set,
  count,
  onClear,
}: {
  filters: RecordFilters;
  set: (change: RecordFilters) => void;
  count: number;
  onClear: () => void;
}) {
  const stores = useQuery(storesQuery).data?.items ?? [];
  return (
    <FilterBar
      main={
        <FilterText
          id={searchBoxId}
          label="Search"
          autoFocus={filters.text === undefined}
          placeholder="Receipt, order, e-mail, phone, customer, SKU, event"
          value={filters.text}
          onChange={(text) => set({ text })}
          onEnter={rememberSearch}
        />
      }
      set={count}
      onClear={onClear}
    >
      <FilterChoice
        label="Kind"
        value={filters.kind}
        options={recordKinds.map((value) => ({ value, label: kindWord(value) }))}
        onChange={(kind) => set({ kind })}
      />
      <FilterChoice
        label="State"
        value={filters.state}
        options={states}
        onChange={(state) => set({ state })}
      />
      <FilterChoice
        label="Store"
        value={filters.store}
        options={stores.map(({ store }) => ({ value: store, label: store }))}
        onChange={(store) => set({ store })}
      />
      <FilterTime label="From" value={filters.from} onChange={(from) => set({ from })} />
      <FilterTime label="Until" value={filters.until} onChange={(until) => set({ until })} />
    </FilterBar>
  );
}
