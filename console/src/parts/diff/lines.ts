import { diffLines } from 'diff';
import { prettyJson } from '../bytes/pretty';

export interface DiffLine {
  kind: 'same' | 'gone' | 'new';
  text: string;
}
export interface Folded {
  lines: DiffLine[];
  hidden: number; // lines left out before these
}

// What was sent against what would be sent, line by line after both are laid out alike.
export function diffOf(sent: string, now: string): DiffLine[] {
  const ended = (text: string) => `${prettyJson(text).replace(/\n$/, '')}\n`;
  const before = sent === '' ? '' : ended(sent);
  const after = now === '' ? '' : ended(now);
  return diffLines(before, after).flatMap((change) => {
    const kind = change.added ? 'new' : change.removed ? 'gone' : 'same';
    return change.value
      .replace(/\n$/, '')
      .split('\n')
      .map((text) => ({ kind, text }) satisfies DiffLine);
  });
}

// Long stretches without a difference are left out, but for some lines around.
export function fold(lines: readonly DiffLine[], around = 3): Folded[] {
  const near = new Array<boolean>(lines.length).fill(false);
  lines.forEach((line, i) => {
    if (line.kind === 'same') return;
    for (let k = Math.max(0, i - around); k <= Math.min(lines.length - 1, i + around); k++) near[k] = true;
  });
  const folded: Folded[] = [];
  let hidden = 0;
  let open: Folded | null = null;
  lines.forEach((line, i) => {
    if (!near[i]) {
      hidden++;
      open = null;
      return;
    }
    if (open === null) {
      open = { lines: [], hidden };
      folded.push(open);
      hidden = 0;
    }
    open.lines.push(line);
  });
  if (hidden > 0) folded.push({ lines: [], hidden });
  return folded;
}
