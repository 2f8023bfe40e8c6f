import type { Store } from '@/api/connections';
import type { Search } from '@/parts/filters/search';
import type { storesShape } from './filters';

const rank: Record<string, number> = { silent: 0, trading: 1, unknown: 2, closed: 3 };

// What needs a look first.
export function sortStores(stores: readonly Store[]): Store[] {
  return [...stores].sort(
    (a, b) =>
      (rank[a.state] ?? 9) - (rank[b.state] ?? 9) || a.store.localeCompare(b.store, 'en', { numeric: true }),
  );
}

export function storeMatches(store: Store, search: Search<typeof storesShape>): boolean {
  const text = (search.text ?? '').toLowerCase();
  if (search.state !== undefined && store.state !== search.state) return false;
  return text === '' || `${store.store} ${store.text}`.toLowerCase().includes(text);
}

export function share(part: number, whole: number): string {
  return whole === 0 ? '' : `${Math.round((100 * part) / whole)} %`;
}
