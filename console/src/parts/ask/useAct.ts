import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { messageOf } from '@/api/client';
import { concerns, type Topic } from '@/api/live-topics';

export function tell(message: string, bad = false): void {
  notifications.show({
    message,
    color: bad ? 'red' : 'teal',
    autoClose: bad ? 10_000 : 4000,
    withBorder: true,
  });
}

// Reads again what these topics concern; after an own change, also while live is paused.
export function useRefresh(): (topics: readonly Topic[]) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    (topics) => {
      const set = new Set(topics);
      return queries.invalidateQueries({ predicate: (query) => concerns(query.meta, set) });
    },
    [queries],
  );
}

// Does something at the hub, says how it went, and refreshes. Throws on, so that a dialog can stay open.
export function useAct(): <T>(
  run: () => Promise<T>,
  said: string | ((result: T) => string),
  topics: readonly Topic[],
) => Promise<T> {
  const refresh = useRefresh();
  return useCallback(
    async (run, said, topics) => {
      const result = await run();
      tell(typeof said === 'string' ? said : said(result));
      void refresh(topics);
      return result;
    },
    [refresh],
  );
}

// The same for a plain button: what went wrong becomes a notification.
export function useDo(): <T>(
  run: () => Promise<T>,
  said: string | ((result: T) => string),
  topics: readonly Topic[],
) => void {
  const act = useAct();
  return useCallback(
    (run, said, topics) => {
      act(run, said, topics).catch((error: unknown) => tell(messageOf(error), true));
    },
    [act],
  );
}
