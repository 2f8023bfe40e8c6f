import { useMantineColorScheme } from '@mantine/core';
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import {
  IconFileText,
  IconKeyboard,
  IconMoon,
  IconPlayerPause,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { mayAs } from '@/api/role';
import { rememberSearch, useRecentRecords } from '@/parts/filters/recent';
import { activeGroups } from '@/parts/keys/keys';
import { useLive } from '@/parts/live/useLive';
import { useUser } from '@/parts/session/useSession';
import { kindWord } from '@/parts/state/words';
import { openKeys } from './keysDrawerState';
import { pages } from './pages';

// Ctrl-K: pages, the records opened lately, and what can be done here.
export function Palette() {
  const user = useUser();
  const navigate = useNavigate();
  const recent = useRecentRecords();
  const live = useLive();
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const [text, setText] = useState('');
  const wanted = text.trim();
  const here = activeGroups()
    .filter((group) => group.title === 'This page')
    .flatMap((group) => group.bindings);
  const actions: SpotlightActionGroupData[] = [
    {
      group: 'On this page',
      actions: here.map((binding) => ({
        id: `here-${binding.keys}`,
        label: binding.text,
        onClick: binding.run,
      })),
    },
    {
      group: 'Pages',
      actions: pages
        .filter((page) => mayAs(user, page.least))
        .map((page) => ({
          id: page.to,
          label: page.title,
          leftSection: <page.icon size={18} stroke={1.75} aria-hidden />,
          onClick: () => void navigate({ to: page.to }),
        })),
    },
    {
      group: 'Records opened lately',
      actions: recent.map((record) => ({
        id: record.id,
        label: record.key,
        description: kindWord(record.kind),
        leftSection: <IconFileText size={18} stroke={1.75} aria-hidden />,
        onClick: () => void navigate({ to: '/records/$id', params: { id: record.id } }),
      })),
    },
    {
      group: 'Actions',
      actions: [
        {
          id: 'live',
          label: live.paused ? 'Resume refreshing' : 'Pause refreshing',
          leftSection: <IconPlayerPause size={18} stroke={1.75} aria-hidden />,
          onClick: live.paused ? live.resume : live.pause,
        },
        {
          id: 'light',
          label: 'Light theme',
          leftSection: <IconSun size={18} stroke={1.75} aria-hidden />,
          onClick: () => setColorScheme('light'),
        },
        {
          id: 'dark',
          label: 'Dark theme',
          leftSection: <IconMoon size={18} stroke={1.75} aria-hidden />,
          onClick: () => setColorScheme('dark'),
        },
        {
          id: 'keys',
          label: 'List of keys',
          leftSection: <IconKeyboard size={18} stroke={1.75} aria-hidden />,
          onClick: openKeys,
        },
      ],
    },
  ].filter((group) => group.actions.length > 0);
  if (wanted !== '') {
    actions.push({
      group: 'Search',
      actions: [
        {
          id: 'search',
          label: `Search records for ${wanted}`,
          keywords: wanted,
          leftSection: <IconSearch size={18} stroke={1.75} aria-hidden />,
          onClick: () => {
            rememberSearch(wanted);
            void navigate({ to: '/search', search: { text: wanted } });
          },
        },
      ],
    });
  }
  return (
    <Spotlight
      actions={actions}
      shortcut={null}
      query={text}
      onQueryChange={setText}
      lockScroll={false}
      limit={20}
      scrollable
      maxHeight={440}
      nothingFound="Nothing found"
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'Go to a page, a record, an action…',
        'aria-label': 'Palette',
      }}
    />
  );
}
