import { Alert, Button, Divider, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, messageOf } from '@/api/client';
import { type Session, sessionQuery, signIn } from '@/api/session';
import { Entry } from './Entry';

function words(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return 'The name or the password is wrong.';
  if (error instanceof ApiError && error.status === 429) {
    return `Too many tries. Wait ${error.retryAfterS ?? 60} seconds and try again.`;
  }
  return messageOf(error);
}

export function SignIn({ session }: { session: Session }) {
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', password: '' },
    validate: {
      name: (value) => (value.trim() === '' ? 'Enter your name' : null),
      password: (value) => (value === '' ? 'Enter your password' : null),
    },
  });
  const submit = form.onSubmit(async ({ name, password }) => {
    setBusy(true);
    setError(null);
    try {
      const fresh = await signIn(name.trim(), password);
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
      queries.setQueryData(sessionQuery.queryKey, fresh);
    } catch (failure) {
      setError(words(failure));
      setBusy(false);
    }
  });
  return (
    <Entry title="Sign in" lead={session.demo ? 'This is a demonstration with made-up data.' : undefined}>
      {session.single_sign_on && (
        <>
          <Button component="a" href="/api/v1/single-sign-on/start" size="md" fullWidth>
            {session.single_sign_on.label}
          </Button>
          <Divider label="or with a password" />
        </>
      )}
      <form onSubmit={submit} noValidate>
        <TextInput
          label="Name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          size="md"
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          size="md"
          mt="sm"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        {error !== null && (
          <Alert color="red" mt="md" role="alert">
            {error}
          </Alert>
        )}
        <Button
          type="submit"
          size="md"
          mt="md"
          fullWidth
          loading={busy}
          variant={session.single_sign_on ? 'default' : 'filled'}
        >
          Sign in
        </Button>
      </form>
    </Entry>
  );
}
