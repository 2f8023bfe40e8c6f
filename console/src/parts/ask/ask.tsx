import { Alert, Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type FormEvent, type ReactNode, useState } from 'react';
import { messageOf } from '@/api/client';

export interface Question {
  title: string;
  body?: ReactNode;
  action: string; // what the button says: a verb
  danger?: boolean;
  note?: 'required' | 'optional';
  noteLabel?: string;
  notePlaceholder?: string;
  // Must be typed before the action may be done: a count, a name.
  typed?: string;
  // Must be ticked.
  understood?: string;
  // Throws what went wrong; the dialog stays and shows it.
  run: (note: string) => Promise<unknown>;
}

// Asks before something is done; returns at once.
export function ask(question: Question): void {
  const id = modals.open({
    title: question.title,
    children: <AskForm question={question} close={() => modals.close(id)} />,
  });
}

export function AskForm({ question, close }: { question: Question; close: () => void }) {
  const [note, setNote] = useState('');
  const [typed, setTyped] = useState('');
  const [ticked, setTicked] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const noteMissing = question.note === 'required' && note.trim() === '';
  const typedWrong = question.typed !== undefined && typed.trim() !== question.typed;
  const notTicked = question.understood !== undefined && !ticked;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (noteMissing || typedWrong || notTicked || busy) return;
    setBusy(true);
    setError(null);
    try {
      await question.run(note.trim());
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        {question.body !== undefined && <Text component="div">{question.body}</Text>}
        {question.note && (
          <Textarea
            label={question.noteLabel ?? 'Note'}
            description={
              question.note === 'optional' ? 'Optional; kept in the history' : 'Kept in the history'
            }
            placeholder={question.notePlaceholder ?? ''}
            autosize
            minRows={2}
            maxRows={8}
            required={question.note === 'required'}
            value={note}
            data-autofocus
            error={tried && noteMissing ? 'Say why, so that others can follow' : null}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        )}
        {question.typed !== undefined && (
          <TextInput
            label={`Type ${question.typed} to confirm`}
            required
            autoComplete="off"
            value={typed}
            {...(question.note ? {} : { 'data-autofocus': true })}
            error={tried && typedWrong ? `This is not ${question.typed}` : null}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {question.understood !== undefined && (
          <Checkbox
            label={question.understood}
            checked={ticked}
            error={tried && notTicked ? 'Tick this first' : null}
            onChange={(event) => setTicked(event.currentTarget.checked)}
          />
        )}
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" color={question.danger ? 'red' : ''} loading={busy}>
            {question.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
