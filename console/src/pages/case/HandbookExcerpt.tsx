import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ApiError } from '@/api/client';
import { handbookPageQuery } from '@/api/handbook';
import { Panel } from '@/parts/frame/Panel';
import { Lines, Loaded } from '@/parts/frame/states';
import { excerptOf } from './excerpt';

const MarkdownText = lazy(async () => ({
  default: (await import('@/parts/markdown/MarkdownText')).MarkdownText,
}));

export function HandbookExcerpt({ page }: { page: string }) {
  const query = useQuery(handbookPageQuery(page));
  // A type without a page of its own: nothing to show is better than an error.
  if (query.error instanceof ApiError && query.error.status === 404) return null;
  return (
    <Panel
      title="Handbook"
      aside={
        <Link to="/handbook/$" params={{ _splat: page }}>
          Whole page
        </Link>
      }
    >
      <Loaded query={query} lines={6}>
        {(found) => (
          <Suspense fallback={<Lines count={6} />}>
            <MarkdownText text={excerptOf(found.markdown)} page={page} />
          </Suspense>
        )}
      </Loaded>
    </Panel>
  );
}
