import { VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import classes from './Diff.module.css';
import { diffOf, fold } from './lines';

const marks = { same: ' ', gone: '−', new: '+' } as const;
const words = { same: '', gone: 'removed: ', new: 'added: ' } as const;

// The difference of two texts; the marks say it too, not only the colour.
export function DiffView({ sent, now, label }: { sent: string; now: string; label: string }) {
  const parts = useMemo(() => fold(diffOf(sent, now)), [sent, now]);
  const same = parts.every((part) => part.lines.length === 0);
  if (same) return <p className={classes.same}>No difference.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className={classes.diff} aria-label={label} tabIndex={0}>
      {parts.map((part, i) => (
        <div key={i}>
          {part.hidden > 0 && (
            <div className={classes.hidden}>
              {part.hidden === 1 ? '1 line' : `${part.hidden} lines`} the same
            </div>
          )}
          {part.lines.map((line, k) => (
            <div key={k} className={classes.line} data-kind={line.kind}>
              <span aria-hidden className={classes.mark}>
                {marks[line.kind]}
              </span>
              <VisuallyHidden>{words[line.kind]}</VisuallyHidden>
              <span>{line.text}</span>
            </div>
          ))}
        </div>
      ))}
    </section>
  );
}
