import type { RefObject } from 'react';
import { useKeys } from '../keys/useKeys';

// j and k move the focus from row to row: to the row's link, so that Enter opens it and a screen reader reads it.
export function useRowKeys(
  enabled: boolean,
  body: RefObject<HTMLElement | null>,
  count: number,
  reveal: (index: number) => void,
): void {
  const move = (by: number) => {
    const row = document.activeElement?.closest<HTMLElement>('[data-row]');
    const at = row && body.current?.contains(row) ? Number(row.dataset['index']) : by > 0 ? -1 : count;
    const next = Math.min(Math.max(at + by, 0), count - 1);
    if (count === 0) return;
    reveal(next);
    requestAnimationFrame(() => {
      const found = body.current?.querySelector<HTMLElement>(`[data-row][data-index="${next}"]`);
      const target = found?.querySelector<HTMLElement>('a[href], button');
      target?.focus({ preventScroll: true });
      found?.scrollIntoView({ block: 'nearest' });
    });
  };
  useKeys(
    'In a list',
    enabled
      ? [
          { keys: 'j', text: 'Next row', run: () => move(1) },
          { keys: 'k', text: 'Row before', run: () => move(-1) },
        ]
      : [],
  );
}
