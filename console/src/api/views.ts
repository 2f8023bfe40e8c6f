import { queryOptions } from '@tanstack/react-query';
import { get, part, put, remove } from './client';

export interface SavedView {
  name: string;
  page: 'search' | 'cases';
  query: string;
}

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: ({ signal }) => get<{ items: SavedView[] }>('/views', undefined, signal),
  staleTime: 5 * 60_000,
});
export const saveView = (view: SavedView): Promise<unknown> => put(`/views/${part(view.name)}`, view);
export const removeView = (name: string): Promise<unknown> => remove(`/views/${part(name)}`);
