import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { type Search, type Shape, searchOf } from './search';

// The filters of the page that is shown. Setting one replaces the history entry, so that Back leaves the page.
export function useFilters<const T extends Shape>(
  shape: T,
): [Search<T>, (change: Search<T>) => void, (all: Search<T>) => void] {
  const raw = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const filters = useMemo(() => searchOf(shape, raw), [shape, raw]);
  const set = useCallback(
    (change: Search<T>) => {
      void navigate({
        to: '.',
        search: ((old: Record<string, unknown>) => ({ ...old, ...change })) as never,
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  const setAll = useCallback(
    (all: Search<T>) => {
      void navigate({
        to: '.',
        search: ((old: Record<string, unknown>) => ({
          ...Object.fromEntries(Object.entries(old).filter(([name]) => !(name in shape))),
          ...all,
        })) as never,
        resetScroll: false,
      });
    },
    [navigate, shape],
  );
  return [filters, set, setAll];
}
