import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { usePreferences } from '@/parts/session/useSession';
import { KeysDrawer } from './KeysDrawer';
import { NavRail } from './NavRail';
import { Palette } from './Palette';
import { PhoneBar } from './PhoneBar';
import classes from './Shell.module.css';
import { TopBar } from './TopBar';
import { useShellKeys } from './useShellKeys';

export function Shell() {
  const narrow = usePreferences().nav === 'narrow';
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: (location) => location.pathname });
  const first = useRef(true);
  useShellKeys();
  // A new page is announced by moving the focus to it, as a page load would.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the page changes
  useEffect(() => {
    if (first.current) first.current = false;
    else if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div className={classes.shell} data-narrow={narrow}>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <NavRail />
      <TopBar />
      <main className={classes.main} id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <PhoneBar />
      <Palette />
      <KeysDrawer />
    </div>
  );
}
