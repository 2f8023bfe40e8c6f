import { Button, Center, Loader, Stack, Text } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { messageOf } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { SignedInContext } from '@/parts/session/useSession';
import { Entry } from './Entry';
import { FirstRun } from './FirstRun';
import { live } from './hub';
import { PasswordForm } from './PasswordForm';
import { Shell } from './Shell';
import { SignIn } from './SignIn';

// Who is not signed in sees the sign-in page at the same URL, and is where the link led afterwards.
export function Gate() {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  const signedIn = session?.signed_in === true && session.user !== null;
  const mayListen = signedIn && session.user?.must_change_password !== true;
  useEffect(() => {
    if (!mayListen) return;
    live.start();
    return () => live.stop();
  }, [mayListen]);

  if (!session) {
    return (
      <Center mih="100dvh" p="md">
        {error ? (
          <Stack align="center" role="alert">
            <Text>{messageOf(error)}</Text>
            <Button onClick={() => void refetch()}>Try again</Button>
          </Stack>
        ) : (
          <Loader aria-label="Loading" />
        )}
      </Center>
    );
  }
  if (session.first_run) return <FirstRun session={session} />;
  if (!signedIn) return <SignIn session={session} />;
  if (session.user?.must_change_password) {
    return (
      <Entry
        title="Choose a password of your own"
        lead="The one you signed in with was for the first time only."
      >
        <PasswordForm />
      </Entry>
    );
  }
  return (
    <SignedInContext value={session}>
      <ModalsProvider>
        <Shell />
      </ModalsProvider>
    </SignedInContext>
  );
}
