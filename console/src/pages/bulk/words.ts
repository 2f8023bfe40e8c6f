import type { BulkFilter } from '@/api/bulk';
import { kindWord, lookOf, platformTitle } from '@/parts/state/words';

// A bulk action's filter in words.
export function filterText(filter: BulkFilter): string {
  const given = filter as Record<string, string | undefined>;
  const has = (name: string) => given[name] !== undefined && given[name] !== '';
  const parts: string[] = [];
  if (has('case')) parts.push(`records of case ${given['case']}`);
  if (has('delivery_state')) {
    const state = lookOf('delivery', given['delivery_state'] ?? '').word.toLowerCase();
    parts.push(`deliveries that are ${state}`);
  }
  if (has('connection')) parts.push(`at ${platformTitle(given['connection'] ?? '')}`);
  if (has('kind')) parts.push(`kind ${kindWord(given['kind'] ?? '').toLowerCase()}`);
  if (has('state')) parts.push(`state ${lookOf('record', given['state'] ?? '').word.toLowerCase()}`);
  if (has('store')) parts.push(`store ${given['store']}`);
  if (has('text')) parts.push(`“${given['text']}”`);
  if (has('from')) parts.push(`from ${given['from']}`);
  if (has('until')) parts.push(`until ${given['until']}`);
  return parts.length === 0 ? 'all records' : parts.join(', ');
}
