import { memo, useEffect, useRef } from 'react';
import type { SettingsProblem } from '@/api/settings';
import { coloured } from './colour';
import classes from './Settings.module.css';

const Line = memo(function Line({ text }: { text: string }) {
  return (
    <div className={classes.codeLine}>
      {coloured(text).map((piece, i) => (
        <span key={i} data-token={piece.token}>
          {piece.text}
        </span>
      ))}
      {'\n'}
    </div>
  );
});

// A text field as long as its text, so that line numbers and colours lie exactly beside and below it and one box scrolls all.
export function Editor({
  value,
  onChange,
  problems,
  readOnly,
  label,
  goTo,
}: {
  value: string;
  onChange: (value: string) => void;
  problems: readonly SettingsProblem[];
  readOnly: boolean;
  label: string;
  goTo: { line: number; at: number } | null; // at: when it was asked
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const lines = value.split('\n');
  const marks = new Map<number, 'bad' | 'warn'>();
  for (const one of problems) {
    if (one.line && marks.get(one.line) !== 'bad') marks.set(one.line, one.warning ? 'warn' : 'bad');
  }
  useEffect(() => {
    const text = field.current;
    if (!goTo || !text) return;
    const all = text.value.split('\n');
    const start = all.slice(0, goTo.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus({ preventScroll: true });
    text.setSelectionRange(start, start + (all[goTo.line - 1]?.length ?? 0));
    text.parentElement?.parentElement
      ?.querySelector(`[data-line="${goTo.line}"]`)
      ?.scrollIntoView({ block: 'center' });
  }, [goTo]);
  return (
    <div className={classes.editor}>
      <div className={classes.gutter} aria-hidden>
        {lines.map((_, i) => (
          <div key={i} data-line={i + 1} data-mark={marks.get(i + 1)}>
            {i + 1}
          </div>
        ))}
      </div>
      <div className={classes.sheet}>
        <pre className={classes.colours} aria-hidden>
          {lines.map((line, i) => (
            <Line key={i} text={line} />
          ))}
        </pre>
        <textarea
          ref={field}
          className={classes.field}
          aria-label={label}
          value={value}
          readOnly={readOnly}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          wrap="off"
          rows={lines.length}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}
