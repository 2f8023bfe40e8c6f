// Filters in the URL. Values stay text: a receipt number or an id must never become a JavaScript number.

export type Shape = Record<string, 'text' | 'flag' | readonly string[]>;
type Value<S> = S extends 'text'
  ? string
  : S extends 'flag'
    ? true
    : S extends readonly (infer U)[]
      ? U
      : never;
export type Search<T extends Shape> = { [K in keyof T]?: Value<T[K]> | undefined };

// Takes what is known and valid from a URL, and drops the rest.
export function searchOf<const T extends Shape>(shape: T, raw: Record<string, unknown>): Search<T> {
  const taken: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(shape)) {
    const value = raw[name];
    if (value === undefined || value === null || value === '') continue;
    const text = String(value);
    if (kind === 'flag') {
      if (text === 'true') taken[name] = true;
    } else if (kind === 'text' || kind.includes(text)) {
      taken[name] = text;
    }
  }
  return taken as Search<T>;
}

export const searchShape =
  <const T extends Shape>(shape: T) =>
  (raw: Record<string, unknown>): Search<T> =>
    searchOf(shape, raw);

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '' && value !== false)
      text.set(name, String(value));
  }
  const all = text.toString();
  return all === '' ? '' : `?${all}`;
}

export function countSet(search: Record<string, unknown>, except: readonly string[] = []): number {
  return Object.entries(search).filter(([name, value]) => value !== undefined && !except.includes(name))
    .length;
}
