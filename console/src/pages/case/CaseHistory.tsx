import type { CaseDetail } from '@/api/cases';
import { sentence } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Case.module.css';

const words: Record<string, string> = {
  open: 'Opened',
  reopen: 'Opened again',
  acknowledge: 'Acknowledged',
  assign: 'Assigned',
  hand_over: 'Handed over',
  note: 'Note',
  resolve: 'Resolved',
  ignore: 'Ignored',
  escalate: 'Escalated',
};
// The audit names acts with their subject: "case.assign", "case.hand-over".
export const actWord = (act: string): string => {
  const bare = (act.split('.').at(-1) ?? act).replaceAll('-', '_');
  return words[bare] ?? sentence(bare);
};

export function CaseHistory({ history }: { history: CaseDetail['history'] }) {
  if (history.length === 0) return <p className={classes.text}>Nobody has done anything with it yet.</p>;
  const oldestFirst = [...history].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <ol className={classes.history}>
      {oldestFirst.map((entry, i) => (
        <li key={i}>
          <span className={classes.when}>
            <TimeText at={entry.at} />
          </span>
          <div>
            <strong>{actWord(entry.act)}</strong> <span className="dim">by {entry.by}</span>
            {entry.text && <div>{entry.text}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
