import { queryOptions } from '@tanstack/react-query';
import { get, part } from './client';

export interface HandbookEntry {
  page: string;
  title: string;
  summary: string;
}
export interface HandbookPage {
  page: string;
  title: string;
  markdown: string;
}

export const handbookQuery = queryOptions({
  queryKey: ['handbook'],
  queryFn: ({ signal }) => get<{ items: HandbookEntry[] }>('/handbook', undefined, signal),
  staleTime: 60 * 60_000,
});
// A page's name has folders: cases/lag_high.
export const handbookPageQuery = (page: string) =>
  queryOptions({
    queryKey: ['handbook', page],
    queryFn: ({ signal }) =>
      get<HandbookPage>(`/handbook/${page.split('/').map(part).join('/')}`, undefined, signal),
    staleTime: 60 * 60_000,
  });
