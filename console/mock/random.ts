// The same day every time the mock starts.
let state = 20260612;
export function chance(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
export const whole = (from: number, to: number): number => from + Math.floor(chance() * (to - from + 1));
export function pick<T>(list: readonly T[]): T {
  const item = list[Math.floor(chance() * list.length)];
  if (item === undefined) throw new Error('An empty list');
  return item;
}
let last = 7_205_759_403_792_793_600n;
// Ids of 63 bits: more than a JavaScript number holds.
export const freshId = (): string => String(last++);
