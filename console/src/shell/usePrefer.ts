import { useQueryClient } from '@tanstack/react-query';
import { messageOf } from '@/api/client';
import { type Preferences, type Session, savePreferences, sessionQuery } from '@/api/session';
import { tell } from '@/parts/ask/useAct';

// Takes up a preference at once and keeps it with the account.
export function usePrefer(): (change: Preferences) => void {
  const queries = useQueryClient();
  return (change) => {
    const session = queries.getQueryData<Session>(sessionQuery.queryKey);
    if (!session?.user) return;
    const preferences = { ...session.user.preferences, ...change };
    queries.setQueryData<Session>(sessionQuery.queryKey, {
      ...session,
      user: { ...session.user, preferences },
    });
    savePreferences(preferences).catch((error: unknown) => tell(messageOf(error), true));
  };
}
