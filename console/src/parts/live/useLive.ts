import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Live, LiveState } from './live';

export const LiveContext = createContext<Live | null>(null);

export function useLive(): LiveState & { pause: () => void; resume: () => void } {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('There is no live line here');
  const state = useSyncExternalStore(live.subscribe, live.read);
  return { ...state, pause: () => live.pause(), resume: () => live.resume() };
}
