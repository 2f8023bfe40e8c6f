import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconClockPause,
  IconMinus,
  IconProgress,
} from '@tabler/icons-react';
import classes from './StateBadge.module.css';
import { lookOf, type StateOf, type Tone } from './words';

const icons: Record<Tone, typeof IconMinus> = {
  good: IconCircleCheck,
  busy: IconProgress,
  wait: IconClockPause,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  quiet: IconMinus,
};

export function ToneBadge({ tone, word, title }: { tone: Tone; word: string; title?: string | undefined }) {
  const Icon = icons[tone];
  return (
    <span className={classes.badge} data-tone={tone} title={title}>
      <Icon size={14} stroke={2} aria-hidden />
      <span>{word}</span>
    </span>
  );
}

// A state as icon and word.
export function StateBadge({ of, state, title }: { of: StateOf; state: string; title?: string | undefined }) {
  const look = lookOf(of, state);
  return <ToneBadge tone={look.tone} word={look.word} title={title} />;
}
