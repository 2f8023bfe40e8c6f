import { Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { NavList } from './NavList';
import { pages } from './pages';
import classes from './Shell.module.css';

const tabs = pages.filter((page) => ['/', '/search', '/cases', '/alerts'].includes(page.to));

// On a phone: the four pages that are needed standing up, the others behind More.
export function PhoneBar() {
  const [open, { open: show, close }] = useDisclosure(false);
  return (
    <>
      <nav className={classes.phoneBar} aria-label="Pages">
        {tabs.map((page) => (
          <Link
            key={page.to}
            to={page.to}
            className={classes.tab}
            activeOptions={{ exact: page.to === '/', includeSearch: false }}
          >
            <page.icon size={20} stroke={1.75} aria-hidden />
            <span>{page.title}</span>
          </Link>
        ))}
        <button type="button" className={classes.tab} aria-expanded={open} onClick={show}>
          <IconMenu2 size={20} stroke={1.75} aria-hidden />
          <span>More</span>
        </button>
      </nav>
      <Drawer opened={open} onClose={close} title="Pages" position="right" size="280px">
        <NavList onPick={close} />
      </Drawer>
    </>
  );
}
