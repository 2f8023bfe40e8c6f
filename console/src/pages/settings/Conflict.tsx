import { Button } from '@mantine/core';
import type { Settings } from '@/api/settings';
import { DiffView } from '@/parts/diff/DiffView';
import { Disclose } from '@/parts/frame/Disclose';
import { Panel } from '@/parts/frame/Panel';
import { ToneBadge } from '@/parts/state/StateBadge';
import classes from './Settings.module.css';
import type { Base } from './saving';

// Somebody else has saved meanwhile: what they changed, and how mine and theirs come together.
export function Conflict({
  base,
  mine,
  theirs,
  merged,
  take,
}: {
  base: Base;
  mine: string;
  theirs: Settings;
  merged: string | null;
  take: (document: string) => void; // goes on from theirs with this document
}) {
  return (
    <Panel
      title={
        <span className={classes.status}>
          <ToneBadge tone="warn" word="Conflict" />
          Version {theirs.version} came meanwhile
        </span>
      }
    >
      <div className={classes.stack} role="alert">
        <span>
          You began with version {base.version}. Nothing of yours is lost.
          {merged === null ? ' Both changed the same lines, so you decide.' : ''}
        </span>
        <Disclose label="What they changed" startOpen>
          <DiffView sent={base.document} now={theirs.document} label="What they changed" />
        </Disclose>
        <Disclose label="Theirs against yours">
          <DiffView sent={theirs.document} now={mine} label="Theirs against yours" />
        </Disclose>
        <div className={classes.row}>
          {merged !== null && <Button onClick={() => take(merged)}>Put my changes onto theirs</Button>}
          <Button variant="default" onClick={() => take(mine)}>
            Keep mine as it is, without their changes
          </Button>
          <Button variant="default" onClick={() => take(theirs.document)}>
            Take theirs, drop mine
          </Button>
        </div>
      </div>
    </Panel>
  );
}
