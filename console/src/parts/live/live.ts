// Keeps what is on the screen fresh: one event stream, at most one round of questions a second, and a switch that stops all.
import type { Query, QueryClient } from '@tanstack/react-query';
import { concerns, isDue, type Topic, topics, topicsOf } from '@/api/live-topics';

export interface LiveState {
  paused: boolean;
  link: 'on' | 'connecting';
}
// The part of EventSource that is used.
export interface Stream {
  addEventListener(type: string, listener: (event: { data?: string }) => void): void;
  close(): void;
}

const round = 1000;
// A list that was read on far is not read again as a whole: it offers the newer entries instead.
const pagesRefreshedMax = 2;

export class Live {
  private state: LiveState = { paused: false, link: 'connecting' };
  private listeners = new Set<() => void>();
  private stream: Stream | undefined;
  private waiting = new Set<Query>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastRound = 0;

  constructor(
    private readonly queries: QueryClient,
    private readonly open: () => Stream,
  ) {}

  read = (): LiveState => this.state;
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.stream || this.state.paused) return;
    const stream = this.open();
    this.stream = stream;
    let opened = false;
    stream.addEventListener('open', () => {
      this.set({ link: 'on' });
      // What happened while the line was down was not told.
      if (opened) this.changed(topics);
      opened = true;
    });
    stream.addEventListener('error', () => this.set({ link: 'connecting' }));
    stream.addEventListener('changed', (event) => this.changed(topicsOf(event.data ?? '')));
  }

  stop(): void {
    this.stream?.close();
    this.stream = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.clear();
  }

  pause(): void {
    this.stop();
    this.set({ paused: true });
  }

  resume(): void {
    this.set({ paused: false, link: 'connecting' });
    this.start();
    this.changed(topics);
  }

  changed(what: readonly Topic[]): void {
    if (this.state.paused || what.length === 0) return;
    const set = new Set(what);
    for (const query of this.queries.getQueryCache().getAll()) {
      if (concerns(query.meta, set)) this.waiting.add(query);
    }
    this.schedule();
  }

  private schedule(): void {
    if (this.timer !== undefined || this.waiting.size === 0) return;
    const wait = Math.max(0, this.lastRound + round - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.ask();
    }, wait);
  }

  private ask(): void {
    this.lastRound = Date.now();
    // Nobody looks: ask when the page is seen again.
    if (typeof document !== 'undefined' && document.hidden) {
      document.addEventListener('visibilitychange', () => this.schedule(), { once: true });
      return;
    }
    for (const query of this.waiting) {
      if (!isDue(query.meta, query.state.dataUpdatedAt, this.lastRound)) continue;
      if (query.state.fetchStatus === 'fetching') continue;
      this.waiting.delete(query);
      const pages = (query.state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0;
      void this.queries.invalidateQueries({
        queryKey: query.queryKey,
        exact: true,
        refetchType: pages > pagesRefreshedMax ? 'none' : 'active',
      });
    }
    this.schedule();
  }

  private set(change: Partial<LiveState>): void {
    const next = { ...this.state, ...change };
    if (next.paused === this.state.paused && next.link === this.state.link) return;
    this.state = next;
    for (const listener of this.listeners) listener();
  }
}
