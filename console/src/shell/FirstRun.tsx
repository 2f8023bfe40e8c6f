import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '@/api/client';
import { firstRun, type Session, sessionQuery } from '@/api/session';
import { Entry } from './Entry';

export const passwordProblem = (value: string): string | null =>
  value.length < 12 ? 'At least 12 characters' : null;

// The first administrator of a new hub.
export function FirstRun({ session }: { session: Session }) {
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { code: '', name: '', display: '', password: '', again: '' },
    validate: {
      code: (value) => (value.trim() === '' ? 'Enter the code' : null),
      name: (value) => (/^[a-z0-9][a-z0-9._@-]*$/i.test(value.trim()) ? null : 'Letters, digits and . _ @ -'),
      display: (value) => (value.trim() === '' ? 'Enter how others see you' : null),
      password: passwordProblem,
      again: (value, all) => (value === all.password ? null : 'The two are different'),
    },
  });
  const submit = form.onSubmit(async ({ code, name, display, password }) => {
    setBusy(true);
    setError(null);
    try {
      await firstRun({ code: code.trim(), name: name.trim(), display: display.trim(), password });
      await queries.invalidateQueries(sessionQuery);
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  });
  return (
    <Entry
      title="Set up the first account"
      lead={
        <>
          The code stands in the hub&apos;s log and in the file <code>first-run.code</code> of its data
          folder.
          {session.version !== '' && <> This is version {session.version}.</>}
        </>
      }
    >
      <form onSubmit={submit} noValidate>
        <TextInput
          label="Code"
          autoComplete="one-time-code"
          autoFocus
          key={form.key('code')}
          {...form.getInputProps('code')}
        />
        <TextInput
          label="Name"
          description="To sign in with"
          autoComplete="username"
          autoCapitalize="none"
          mt="sm"
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Your name for others"
          autoComplete="name"
          mt="sm"
          key={form.key('display')}
          {...form.getInputProps('display')}
        />
        <PasswordInput
          label="Password"
          description="At least 12 characters"
          autoComplete="new-password"
          mt="sm"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <PasswordInput
          label="Password again"
          autoComplete="new-password"
          mt="sm"
          key={form.key('again')}
          {...form.getInputProps('again')}
        />
        {error !== null && (
          <Alert color="red" mt="md" role="alert">
            {error}
          </Alert>
        )}
        <Button type="submit" mt="md" fullWidth loading={busy}>
          Create the account
        </Button>
      </form>
    </Entry>
  );
}
