import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '@/api/client';
import { changePassword, sessionQuery } from '@/api/session';
import { tell } from '@/parts/ask/useAct';
import { passwordProblem } from './FirstRun';

export function PasswordForm({ close }: { close?: () => void }) {
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { old: '', fresh: '', again: '' },
    validate: {
      old: (value) => (value === '' ? 'Enter the password of now' : null),
      fresh: passwordProblem,
      again: (value, all) => (value === all.fresh ? null : 'The two are different'),
    },
  });
  const submit = form.onSubmit(async ({ old, fresh }) => {
    setBusy(true);
    setError(null);
    try {
      await changePassword(old, fresh);
      tell('The password is changed.');
      await queries.invalidateQueries(sessionQuery);
      close?.();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <PasswordInput
          label="Password of now"
          autoComplete="current-password"
          data-autofocus
          key={form.key('old')}
          {...form.getInputProps('old')}
        />
        <PasswordInput
          label="New password"
          description="At least 12 characters"
          autoComplete="new-password"
          key={form.key('fresh')}
          {...form.getInputProps('fresh')}
        />
        <PasswordInput
          label="New password again"
          autoComplete="new-password"
          key={form.key('again')}
          {...form.getInputProps('again')}
        />
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          {close && (
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
          )}
          <Button type="submit" loading={busy}>
            Change
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
