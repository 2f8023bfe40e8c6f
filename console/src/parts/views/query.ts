import { parseSearch, stringifySearch } from '../filters/search';

// A view without the workspace: the same view serves all of them.
export function bare(search: string): string {
  const { workspace: _w, ...rest } = parseSearch(search);
  return stringifySearch(rest).replace(/^\?/, '');
}

export function sameQuery(a: string, b: string): boolean {
  const sorted = (text: string) =>
    [...new URLSearchParams(text)]
      .map((pair) => pair.join('='))
      .sort()
      .join('&');
  return sorted(a) === sorted(b);
}
