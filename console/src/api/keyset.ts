// Lists that go on from a cursor.

export interface Page<T> {
  items: T[];
  next: string | null;
}

// While pages are read one after the other, rows move: one that was on page 1 can come again on page 2.
export function mergePages<T>(pages: readonly Page<T>[], idOf: (item: T) => string): T[] {
  const seen = new Set<string>();
  const merged: T[] = [];
  for (const page of pages) {
    for (const item of page.items) {
      const id = idOf(item);
      if (seen.has(id)) continue;
      seen.add(id);
      merged.push(item);
    }
  }
  return merged;
}
