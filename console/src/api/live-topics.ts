// What the hub's `changed` events mean for what is on the screen.

export type Topic = 'records' | 'cases' | 'alerts' | 'connections' | 'bulk';
export const topics: readonly Topic[] = ['records', 'cases', 'alerts', 'connections', 'bulk'];

export interface LiveMeta extends Record<string, unknown> {
  topics?: readonly Topic[];
  // Not more often than this; for answers that are dear to make.
  everyMs?: number;
}

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: LiveMeta;
  }
}

export function topicsOf(data: string): Topic[] {
  try {
    const said = (JSON.parse(data) as { topics?: unknown }).topics;
    return Array.isArray(said) ? topics.filter((topic) => said.includes(topic)) : [];
  } catch {
    return [];
  }
}

export function concerns(meta: LiveMeta | undefined, changed: ReadonlySet<Topic>): boolean {
  return meta?.topics?.some((topic) => changed.has(topic)) ?? false;
}

// Whether an answer of this age may be asked for again now.
export function isDue(meta: LiveMeta | undefined, updatedAt: number, now: number): boolean {
  return now - updatedAt >= (meta?.everyMs ?? 0);
}
