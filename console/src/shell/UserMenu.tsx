import { Avatar, Menu, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { modals } from '@mantine/modals';
import {
  IconCheck,
  IconDeviceDesktop,
  IconKey,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSun,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { messageOf } from '@/api/client';
import { roleWords } from '@/api/role';
import { sessionQuery, signOut, type TimesMode } from '@/api/session';
import { tell } from '@/parts/ask/useAct';
import { forgetRecent } from '@/parts/filters/recent';
import { usePreferences, useSession, useUser, useZone } from '@/parts/session/useSession';
import { openKeys } from './keysDrawerState';
import { PasswordForm } from './PasswordForm';
import { usePrefer } from './usePrefer';

const schemes = [
  { value: 'light', word: 'Light', icon: IconSun },
  { value: 'dark', word: 'Dark', icon: IconMoon },
  { value: 'auto', word: 'As the device', icon: IconDeviceDesktop },
] as const;

export function UserMenu() {
  const user = useUser();
  const { version } = useSession();
  const zone = useZone();
  const { times = 'store', keys = true } = usePreferences();
  const prefer = usePrefer();
  const queries = useQueryClient();
  // The transitions would be switched off with an injected <style>.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const clocks: readonly { value: TimesMode; word: string }[] = [
    { value: 'store', word: `Store time (${zone})` },
    { value: 'utc', word: 'UTC' },
    { value: 'relative', word: 'Relative (5 min ago)' },
  ];
  const picked = (on: boolean) => (on ? <IconCheck size={15} aria-label="chosen" /> : null);
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      tell(messageOf(error), true);
      return;
    }
    forgetRecent();
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    await queries.invalidateQueries(sessionQuery);
  };
  return (
    <Menu position="bottom-end" width={250} closeOnItemClick={false}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${user.display}`} style={{ borderRadius: 999 }}>
          <Avatar size={32} color="sea" variant="filled" name={user.display} alt="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '6px 12px' }}>
          <Text fw={600}>{user.display}</Text>
          <Text c="dimmed" fz="xs">
            {roleWords[user.role]}
            {user.teams.length > 0 ? ` · ${user.teams.join(', ')}` : ''}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {schemes.map(({ value, word, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={picked(colorScheme === value)}
            onClick={() => setColorScheme(value)}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Label>Times</Menu.Label>
        {clocks.map(({ value, word }) => (
          <Menu.Item
            key={value}
            rightSection={picked(times === value)}
            onClick={() => prefer({ times: value })}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconKeyboard size={16} aria-hidden />}
          rightSection={picked(keys)}
          onClick={() => prefer({ keys: !keys })}
        >
          Single-letter keys
        </Menu.Item>
        <Menu.Item closeMenuOnClick onClick={openKeys}>
          List of keys
        </Menu.Item>
        <Menu.Item
          closeMenuOnClick
          leftSection={<IconKey size={16} aria-hidden />}
          onClick={() => {
            const id = modals.open({
              title: 'Change the password',
              children: <PasswordForm close={() => modals.close(id)} />,
            });
          }}
        >
          Change the password
        </Menu.Item>
        <Menu.Item
          closeMenuOnClick
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => void leave()}
        >
          Sign out
        </Menu.Item>
        <Menu.Label>Tillbridge {version}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
