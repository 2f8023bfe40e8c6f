import { Alert, Button, Group, Stack, Textarea } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type FormEvent, useState } from 'react';
import { readSettings, type Settings, saveSettings } from '@/api/settings';
import { DiffView } from '@/parts/diff/DiffView';
import { type Base, type SaveOutcome, save } from './saving';

const hub = { save: saveSettings, read: () => readSettings() };

export interface Saving {
  mine: string;
  base: Base;
  saved: (settings: Settings) => void;
  // Somebody else was faster.
  conflict: (outcome: Extract<SaveOutcome, { kind: 'conflict' }>, note: string) => void;
}

// Shows what changes, asks why, saves.
export function openSave(saving: Saving): void {
  const id = modals.open({
    title: 'Save as a new version',
    size: 'lg',
    children: <SaveForm saving={saving} close={() => modals.close(id)} />,
  });
}

export function SaveForm({ saving, close }: { saving: Saving; close: () => void }) {
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (note.trim() === '' || busy) return;
    setBusy(true);
    setError(null);
    const outcome = await save(hub, saving.mine, saving.base, note.trim());
    if (outcome.kind === 'refused') {
      setError(outcome.message);
      setBusy(false);
      return;
    }
    close();
    if (outcome.kind === 'saved') saving.saved(outcome.settings);
    else saving.conflict(outcome, note.trim());
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <DiffView sent={saving.base.document} now={saving.mine} label="What changes" />
        <Textarea
          label="Note"
          description="Why; kept in the audit"
          required
          autosize
          minRows={2}
          maxRows={6}
          data-autofocus
          value={note}
          error={tried && note.trim() === '' ? 'Say why, so that others can follow' : null}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Save and use
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
