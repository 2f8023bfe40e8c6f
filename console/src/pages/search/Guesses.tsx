import { Button } from '@mantine/core';
import type { Guess } from '@/api/records';
import classes from './Search.module.css';

// What the hub took the text for.
export function Guesses({
  guesses,
  typed,
  onPick,
}: {
  guesses: readonly Guess[];
  typed: string;
  onPick: (text: string) => void;
}) {
  if (guesses.length === 0) return null;
  return (
    <div className={classes.chips}>
      <span className="dim">Looked for as</span>
      {guesses.map((guess) =>
        guess.text === typed ? (
          <span key={`${guess.what}${guess.text}`} className={classes.chip}>
            {guess.what}
          </span>
        ) : (
          <Button
            key={`${guess.what}${guess.text}`}
            size="compact-sm"
            variant="default"
            onClick={() => onPick(guess.text)}
          >
            {guess.what}: {guess.text}
          </Button>
        ),
      )}
    </div>
  );
}
