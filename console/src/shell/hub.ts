// What the whole console shares: the answers kept so far, and the live line that tells when they are old.
import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';
import { Live } from '@/parts/live/live';

const worthTryingAgain = (error: unknown) =>
  !(error instanceof ApiError) || error.status === 0 || error.status === 503 || error.status === 429;

export const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) => count < 2 && worthTryingAgain(error),
      // The pause switch stops these too.
      refetchOnWindowFocus: () => !live.read().paused,
      refetchOnReconnect: () => !live.read().paused,
    },
  },
});

export const live = new Live(queries, () => new EventSource('/api/v1/live', { withCredentials: true }));
