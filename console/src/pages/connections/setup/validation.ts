import type { Validation, ValidationStep } from '@/api/setup';
import type { Tone } from '@/parts/state/words';

// In the order in which the hub tried them.
export function byConnection(steps: readonly ValidationStep[]): [string, ValidationStep[]][] {
  const groups = new Map<string, ValidationStep[]>();
  for (const step of steps) groups.set(step.connection, [...(groups.get(step.connection) ?? []), step]);
  return [...groups];
}

export function verdict(found: Validation): { tone: Tone; word: string; text: string } {
  const failed = found.steps.filter((step) => !step.ok).length;
  const skipped = found.steps.filter((step) => step.skipped).length;
  const tried = found.steps.length - skipped;
  if (!found.ok) {
    return {
      tone: 'bad',
      word: 'Failed',
      text: `${failed} of ${tried} steps failed; each says what to do.`,
    };
  }
  if (skipped > 0) {
    return {
      tone: 'warn',
      word: 'Fine so far',
      text: `${tried} steps are fine, ${skipped} could not be tried.`,
    };
  }
  return { tone: 'good', word: 'Fine', text: `All ${tried} steps are fine.` };
}
