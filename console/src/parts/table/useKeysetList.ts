import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { mergePages, type Page } from '@/api/keyset';
import type { Topic } from '@/api/live-topics';

export interface KeysetList<T, P extends Page<T> = Page<T>> {
  items: T[];
  first: P | undefined;
  loading: boolean;
  error: unknown;
  hasMore: boolean;
  loadingMore: boolean;
  // Something changed that is not shown, because the list was read on far.
  outdated: boolean;
  changingFilters: boolean;
  more: () => void;
  refresh: () => void;
}

// A list that goes on from a cursor. Live changes never move what was read on: see Live.
export function useKeysetList<T, P extends Page<T> = Page<T>>({
  queryKey,
  read,
  idOf,
  topics,
  enabled = true,
}: {
  queryKey: readonly unknown[];
  read: (after: string | null, signal: AbortSignal) => Promise<P>;
  idOf: (item: T) => string;
  topics?: readonly Topic[];
  enabled?: boolean;
}): KeysetList<T, P> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    // Never old by itself: only a change that the hub told makes it so.
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
    meta: topics ? { topics } : {},
  });
  const pages = query.data?.pages;
  // biome-ignore lint/correctness/useExhaustiveDependencies: idOf is the same function by meaning
  const items = useMemo(() => mergePages<T>(pages ?? [], idOf), [pages]);
  return {
    items,
    first: pages?.[0],
    loading: enabled && query.isPending,
    error: query.data === undefined ? query.error : null,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    outdated: query.isStale && !query.isFetching && query.data !== undefined,
    changingFilters: query.isPlaceholderData,
    more: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    refresh: () => void query.refetch(),
  };
}
