import { spotlight } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { mayAs } from '@/api/role';
import { searchBoxId } from '@/parts/filters/searchBox';
import { listenToKeys } from '@/parts/keys/keys';
import { useKeys } from '@/parts/keys/useKeys';
import { usePreferences, useUser } from '@/parts/session/useSession';
import { openKeys } from './keysDrawerState';
import { pages } from './pages';

export function useShellKeys(): void {
  const user = useUser();
  const navigate = useNavigate();
  const { keys = true } = usePreferences();
  const enabled = useRef(keys);
  enabled.current = keys;
  useEffect(() => listenToKeys(() => enabled.current), []);
  useKeys('Go to', [
    ...pages
      .filter((page) => mayAs(user, page.least))
      .map((page) => ({
        keys: `g ${page.key}`,
        text: page.title,
        run: () => void navigate({ to: page.to }),
      })),
  ]);
  useKeys('Everywhere', [
    {
      keys: '/',
      text: 'Search',
      run: () => {
        const box = document.getElementById(searchBoxId);
        box?.focus();
        if (box instanceof HTMLInputElement) box.select();
      },
    },
    { keys: 'mod+k', text: 'Palette: pages, records, actions', run: () => spotlight.open() },
    { keys: '?', text: 'This list', run: openKeys },
  ]);
}
