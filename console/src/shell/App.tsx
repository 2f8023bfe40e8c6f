import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { whenSignedOut } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { LiveContext } from '@/parts/live/useLive';
import { theme } from '../theme';
import { live, queries } from './hub';
import type { AppRouter } from './router';

whenSignedOut(() => void queries.invalidateQueries(sessionQuery));

export function App({ router }: { router: AppRouter }) {
  useEffect(() => () => live.stop(), []);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <LiveContext value={live}>
          <Notifications position="bottom-right" limit={4} />
          <RouterProvider router={router} />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
