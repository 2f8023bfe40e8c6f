import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live, type Stream } from './live';

class FakeStream implements Stream {
  closed = false;
  private listeners: [string, (event: { data?: string }) => void][] = [];
  addEventListener(type: string, listener: (event: { data?: string }) => void) {
    this.listeners.push([type, listener]);
  }
  close() {
    this.closed = true;
  }
  tell(type: string, data = '{}') {
    for (const [name, listener] of this.listeners) if (name === type) listener({ data });
  }
}

let streams: FakeStream[];
let queries: QueryClient;
let live: Live;
const stream = () => streams.at(-1) ?? new FakeStream();

function watch(key: string, meta: Record<string, unknown>) {
  const read = vi.fn(async () => key);
  const observer = new QueryObserver(queries, { queryKey: [key], queryFn: read, meta, staleTime: 60_000 });
  observer.subscribe(() => {});
  return read;
}
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  queries = new QueryClient();
  live = new Live(queries, () => {
    const made = new FakeStream();
    streams.push(made);
    return made;
  });
  live.start();
});
afterEach(() => {
  live.stop();
  queries.clear();
  vi.useRealTimers();
});

describe('the live line', () => {
  it('asks again for what a topic concerns, and for nothing else', async () => {
    const cases = watch('cases', { topics: ['cases'] });
    const stores = watch('stores', {});
    await settle();
    stream().tell('changed', '{"topics":["cases"]}');
    await settle(1000);
    expect(cases).toHaveBeenCalledTimes(2);
    expect(stores).toHaveBeenCalledTimes(1);
  });
  it('asks once a second at most', async () => {
    const records = watch('records', { topics: ['records'] });
    await settle();
    for (let i = 0; i < 30; i++) {
      stream().tell('changed', '{"topics":["records"]}');
      await settle(100);
    }
    await settle(1000);
    // Three seconds: the first round, and one in each second after.
    expect(records.mock.calls.length).toBeLessThanOrEqual(5);
    expect(records.mock.calls.length).toBeGreaterThanOrEqual(4);
  });
  it('leaves time to what is dear, and does not forget it', async () => {
    const today = watch('today', { topics: ['records'], everyMs: 5000 });
    await settle();
    stream().tell('changed', '{"topics":["records"]}');
    await settle(3000);
    expect(today).toHaveBeenCalledTimes(1);
    await settle(3000);
    expect(today).toHaveBeenCalledTimes(2);
  });
  it('stops everything while paused, and catches up afterwards', async () => {
    const records = watch('records', { topics: ['records'] });
    await settle();
    stream().tell('changed', '{"topics":["records"]}');
    const before = stream();
    live.pause();
    before.tell('changed', '{"topics":["records"]}');
    await settle(10_000);
    expect(before.closed).toBe(true);
    expect(records).toHaveBeenCalledTimes(1);
    expect(live.read().paused).toBe(true);
    live.resume();
    await settle(1000);
    expect(records).toHaveBeenCalledTimes(2);
    expect(streams).toHaveLength(2);
  });
  it('catches up after the line was down', async () => {
    const records = watch('records', { topics: ['records'] });
    await settle();
    stream().tell('open');
    await settle(2000);
    expect(records).toHaveBeenCalledTimes(1);
    stream().tell('error');
    expect(live.read().link).toBe('connecting');
    stream().tell('open');
    await settle(2000);
    expect(live.read().link).toBe('on');
    expect(records).toHaveBeenCalledTimes(2);
  });
});
