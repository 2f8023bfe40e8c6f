import type { HandbookEntry } from '@/api/handbook';

// "**Connections** and [Words](words.md)" -> "Connections and Words"
export function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/(^|\W)[*_]([^*_]+)[*_](?=\W|$)/g, '$1$2')
    .replace(/`([^`]+)`/g, '$1');
}

// Every word of the search must be in the title, the summary or the name.
export function searchEntries(entries: readonly HandbookEntry[], text: string): HandbookEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = (entry: HandbookEntry) =>
    `${entry.title} ${plainText(entry.summary)} ${entry.page.replace(/[/_-]/g, ' ')}`.toLowerCase();
  const found = entries.filter((entry) => words.every((word) => all(entry).includes(word)));
  const inTitle = (entry: HandbookEntry) =>
    words.every((word) => entry.title.toLowerCase().includes(word)) ? 0 : 1;
  return words.length === 0 ? found : found.toSorted((a, b) => inTitle(a) - inTitle(b));
}

export const isCasePage = (entry: Pick<HandbookEntry, 'page'>): boolean => entry.page.startsWith('cases/');

// The page's head shows the title already.
export function withoutTitle(markdown: string): string {
  return markdown.replace(/^\s*# .*\n+/, '');
}
