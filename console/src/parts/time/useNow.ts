import { useSyncExternalStore } from 'react';

// One clock for everything relative on the page; it moves text only and asks the hub for nothing.
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

export function useNow(): Date {
  const ticked = useSyncExternalStore(subscribe, () => now);
  return new Date(Math.max(ticked, now));
}
