import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { messageOf } from '@/api/client';
import { type SavedView, saveView } from '@/api/views';

export function ViewForm({
  page,
  query,
  close,
  kept,
}: {
  page: SavedView['page'];
  query: string;
  close: () => void;
  kept: () => void;
}) {
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '') return;
    try {
      await saveView({ name: name.trim(), page, query });
      kept();
      close();
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="A name that exists already is replaced"
          data-autofocus
          value={name}
          error={tried && name.trim() === '' ? 'Give it a name' : null}
          onChange={(event) => setName(event.currentTarget.value)}
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
          <Button type="submit">Keep</Button>
        </Group>
      </Stack>
    </form>
  );
}
