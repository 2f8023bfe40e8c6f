import type { Erasure, Found, Subject } from '@/api/audit';
import type { Look } from '@/parts/state/words';

export type Known = 'email' | 'phone' | 'customer';

export function subjectOf(kind: Known, text: string): Subject {
  const value = text.trim();
  if (kind === 'email') return { email: value };
  return kind === 'phone' ? { phone: value } : { customer: value };
}

export function problemOf(kind: Known, text: string): string | null {
  const value = text.trim();
  if (value === '') return 'Enter what the person is known by';
  if (kind === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return 'This is no e-mail address';
  if (kind === 'phone' && value.replace(/\D/g, '').length < 5) return 'This is no phone number';
  return null;
}

export function holdsNothing(found: Found): boolean {
  return found.records === 0 && found.facts === 0 && (found.arrivals ?? 0) === 0;
}

const states: Record<string, Look & { text: string }> = {
  erasing: { word: 'Erasing', tone: 'busy', text: 'It goes on by itself, also after a restart.' },
  waiting: {
    word: 'Waiting for a platform',
    tone: 'wait',
    text: 'Erased here; a platform is asked again until it answers.',
  },
  refused: {
    word: 'A platform refused',
    tone: 'bad',
    text: 'Erased here; what a platform refused must be done there by hand.',
  },
  asked: {
    word: 'Erased, platforms asked',
    tone: 'good',
    text: 'Erased here, and every platform has taken the request.',
  },
  done: { word: 'Erased', tone: 'good', text: 'Erased here; no platform had to be asked.' },
};
export const erasureLook = (state: Erasure['state']): Look & { text: string } =>
  states[state] ?? { word: state, tone: 'quiet', text: '' };

// Without the person: the name of a file is seen by others.
export const fileName = (at: Date): string =>
  `tillbridge-copy-${at.toISOString().slice(0, 16).replace(/[:T]/g, '-')}.json`;
