// Every state the hub names: its word for people and how it looks. Never colour alone: tone gives the icon too.

export type Tone = 'good' | 'busy' | 'wait' | 'warn' | 'bad' | 'quiet';
export interface Look {
  word: string;
  tone: Tone;
}

const looks: Record<string, Record<string, Look>> = {
  record: {
    open: { word: 'Open', tone: 'busy' },
    planned: { word: 'Planned', tone: 'good' },
    unidentified: { word: 'Unidentified', tone: 'quiet' },
    skipped: { word: 'Skipped', tone: 'quiet' },
    in_case: { word: 'In a case', tone: 'warn' },
  },
  delivery: {
    delivered: { word: 'Delivered', tone: 'good' },
    waiting: { word: 'Waiting', tone: 'busy' },
    held: { word: 'On hold', tone: 'wait' },
    blocked: { word: 'Blocked', tone: 'bad' },
    parked: { word: 'Parked', tone: 'warn' },
    skipped: { word: 'Skipped', tone: 'quiet' },
    none: { word: 'Nothing planned', tone: 'quiet' },
    not_connected: { word: 'Not connected', tone: 'quiet' },
  },
  arrival: {
    received: { word: 'Waiting to be read', tone: 'busy' },
    resolved: { word: 'Resolved', tone: 'good' },
    duplicate: { word: 'Known already', tone: 'quiet' },
    in_case: { word: 'In a case', tone: 'warn' },
    ignored: { word: 'Not used', tone: 'quiet' },
  },
  attempt: {
    delivered: { word: 'Delivered', tone: 'good' },
    rejected: { word: 'Rejected', tone: 'bad' },
    transient: { word: 'Failed for now', tone: 'wait' },
    throttled: { word: 'Throttled', tone: 'wait' },
    ambiguous: { word: 'No answer', tone: 'warn' },
  },
  case: {
    open: { word: 'Open', tone: 'warn' },
    acknowledged: { word: 'Acknowledged', tone: 'busy' },
    resolved: { word: 'Resolved', tone: 'good' },
    ignored: { word: 'Ignored', tone: 'quiet' },
  },
  mode: {
    live: { word: 'Live', tone: 'good' },
    shadow: { word: 'Shadow', tone: 'quiet' },
    paused: { word: 'Paused', tone: 'wait' },
  },
  breaker: {
    closed: { word: 'Closed', tone: 'good' },
    open: { word: 'Open', tone: 'bad' },
    probing: { word: 'Probing', tone: 'wait' },
  },
  clearing: {
    clear: { word: 'Clear', tone: 'good' },
    clearing: { word: 'Clearing', tone: 'busy' },
    growing: { word: 'Growing', tone: 'warn' },
    not_moving: { word: 'Not moving', tone: 'bad' },
  },
  store: {
    trading: { word: 'Trading', tone: 'good' },
    closed: { word: 'Closed', tone: 'quiet' },
    silent: { word: 'Silent', tone: 'bad' },
    unknown: { word: 'Unknown', tone: 'quiet' },
  },
  alert: {
    open: { word: 'Open', tone: 'bad' },
    recovered: { word: 'Recovered', tone: 'good' },
    warning: { word: 'Warning', tone: 'warn' },
    critical: { word: 'Critical', tone: 'bad' },
    acknowledged: { word: 'Acknowledged', tone: 'busy' },
    muted: { word: 'Muted', tone: 'quiet' },
  },
  bulk: {
    running: { word: 'Running', tone: 'busy' },
    cancelled: { word: 'Cancelled', tone: 'quiet' },
    done: { word: 'Done', tone: 'good' },
    failed: { word: 'Failed', tone: 'bad' },
    nothing_to_do: { word: 'Nothing to do', tone: 'quiet' },
  },
};

export type StateOf =
  | 'record'
  | 'delivery'
  | 'arrival'
  | 'attempt'
  | 'case'
  | 'mode'
  | 'breaker'
  | 'clearing'
  | 'store'
  | 'alert'
  | 'bulk';

// The hub may write a state with spaces ("in a case") or know one that this console does not: it is shown as it is.
export function lookOf(of: StateOf, state: string): Look {
  const key = state.toLowerCase().replaceAll(' ', '_').replace('in_a_case', 'in_case');
  return looks[of]?.[key] ?? { word: sentence(state), tone: 'quiet' };
}

export function sentence(text: string): string {
  const spaced = text.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

const kinds: Record<string, string> = {
  sale: 'Sale',
  return: 'Return',
  cancelled_order: 'Cancelled order',
  stock_level: 'Stock level',
  web_order: 'Web order',
  product: 'Product',
  consent: 'Consent',
  customer: 'Customer',
};
export const recordKinds = Object.keys(kinds);
export const kindWord = (kind: string): string => kinds[kind] ?? sentence(kind);

const titles: Record<string, string> = {
  sitoo: 'Sitoo',
  bloomreach: 'Bloomreach',
  klaviyo: 'Klaviyo',
  bigcommerce: 'BigCommerce',
  commercetools: 'commercetools',
  master: 'Master data',
};
export const platformTitle = (name: string): string => titles[name] ?? sentence(name);

// The types of cases, as the handbook's pages are called.
export const caseTypes = [
  'errors_high',
  'faulty_data',
  'faulty_identity',
  'incomplete_order',
  'lag_high',
  'malformed_event',
  'missing_effect',
  'order_not_found',
  'orphaned_effect',
  'patience_exhausted',
  'profile_conflict',
  'redeem_mismatch',
  'rejected_delivery',
  'stock_difference',
  'store_silent',
  'unidentified_high',
  'unmapped_place',
  'unreadable_order',
] as const;
