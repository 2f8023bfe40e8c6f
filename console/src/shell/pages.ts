import {
  IconAlertTriangle,
  IconBell,
  IconBook2,
  IconBuildingStore,
  IconHistory,
  IconHome,
  IconListSearch,
  IconLock,
  IconPlayerPause,
  IconPlug,
  IconSettings,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react';
import type { Role } from '@/api/session';

export interface PageEntry {
  to: string;
  title: string;
  icon: typeof IconHome;
  key: string; // after g
  least: Role;
  group: 'work' | 'watch' | 'run';
}

// Every page in the navigation, the palette and the keys drawer.
export const pages: readonly PageEntry[] = [
  { to: '/', title: 'Today', icon: IconHome, key: 't', least: 'viewer', group: 'work' },
  { to: '/search', title: 'Search', icon: IconListSearch, key: 's', least: 'viewer', group: 'work' },
  { to: '/cases', title: 'Cases', icon: IconAlertTriangle, key: 'c', least: 'viewer', group: 'work' },
  {
    to: '/blocked',
    title: 'Blocked customers',
    icon: IconPlayerPause,
    key: 'b',
    least: 'viewer',
    group: 'work',
  },
  { to: '/bulk', title: 'Bulk actions', icon: IconStack2, key: 'm', least: 'viewer', group: 'work' },
  { to: '/alerts', title: 'Alerts', icon: IconBell, key: 'a', least: 'viewer', group: 'watch' },
  { to: '/connections', title: 'Connections', icon: IconPlug, key: 'n', least: 'viewer', group: 'watch' },
  { to: '/stores', title: 'Stores', icon: IconBuildingStore, key: 'o', least: 'viewer', group: 'watch' },
  { to: '/handbook', title: 'Handbook', icon: IconBook2, key: 'h', least: 'viewer', group: 'run' },
  { to: '/privacy', title: 'Privacy', icon: IconLock, key: 'p', least: 'steward', group: 'run' },
  { to: '/audit', title: 'Audit', icon: IconHistory, key: 'l', least: 'steward', group: 'run' },
  { to: '/users', title: 'Users', icon: IconUsers, key: 'u', least: 'administrator', group: 'run' },
  { to: '/settings', title: 'Settings', icon: IconSettings, key: 'e', least: 'administrator', group: 'run' },
];
