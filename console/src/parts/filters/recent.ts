import { useSyncExternalStore } from 'react';

// Searches and records that were opened, kept in this browser only.
function list<T>(key: string, most: number, same: (a: T, b: T) => boolean) {
  const listeners = new Set<() => void>();
  let kept: T[] | undefined;
  const read = (): T[] => {
    if (kept === undefined) {
      try {
        const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
        kept = Array.isArray(stored) ? (stored as T[]) : [];
      } catch {
        kept = [];
      }
    }
    return kept;
  };
  const write = (next: T[]) => {
    kept = next;
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // Private browsing: remembered until the page is closed.
    }
    for (const listener of listeners) listener();
  };
  return {
    add: (item: T) => write([item, ...read().filter((old) => !same(old, item))].slice(0, most)),
    clear: () => write([]),
    useAll: () =>
      useSyncExternalStore((listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      }, read),
  };
}

const searches = list<string>('tillbridge.searches', 10, (a, b) => a === b);
export const rememberSearch = (text: string): void => {
  if (text !== '') searches.add(text);
};
export const useRecentSearches = searches.useAll;

export interface RecentRecord {
  id: string;
  key: string;
  kind: string;
}
const records = list<RecentRecord>('tillbridge.records', 12, (a, b) => a.id === b.id);
export const rememberRecord = records.add;
export const useRecentRecords = records.useAll;

// Nothing of one person's work stays for the next one at this browser.
export function forgetRecent(): void {
  searches.clear();
  records.clear();
}
