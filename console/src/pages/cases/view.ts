import type { CaseFilters } from '@/api/cases';
import type { Search } from '@/parts/filters/search';
import type { casesShape } from './filters';

export type CaseView = 'mine' | 'unowned' | 'overdue' | 'all' | 'closed';

export const caseViews: readonly { value: CaseView; name: string; empty: string }[] = [
  { value: 'all', name: 'All open', empty: 'Nothing needs a person now.' },
  { value: 'mine', name: 'Mine', empty: 'No open case is yours. Look at Unowned for what nobody has taken.' },
  { value: 'unowned', name: 'Unowned', empty: 'Every open case has somebody who looks after it.' },
  { value: 'overdue', name: 'Overdue', empty: 'Nothing is overdue.' },
  { value: 'closed', name: 'Closed', empty: 'No case was closed yet.' },
];

// What the page's address asks of the hub.
export function caseFiltersOf(search: Search<typeof casesShape>): CaseFilters {
  const view = search.view ?? 'all';
  return {
    state: view === 'closed' ? 'closed' : undefined,
    assignee: view === 'mine' ? 'me' : search.assignee,
    unowned: view === 'unowned' ? true : undefined,
    overdue: view === 'overdue' ? true : undefined,
    team: search.team,
    type: search.type,
  };
}
