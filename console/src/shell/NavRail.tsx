import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { usePreferences } from '@/parts/session/useSession';
import { Mark } from './Mark';
import { NavList } from './NavList';
import classes from './Shell.module.css';
import { usePrefer } from './usePrefer';

export function NavRail() {
  const narrow = usePreferences().nav === 'narrow';
  const prefer = usePrefer();
  const Icon = narrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <nav className={classes.rail} aria-label="Pages">
      <Link to="/" className={classes.brand} aria-label="Tillbridge: Today">
        <Mark />
        {!narrow && <span>Tillbridge</span>}
      </Link>
      <div className={classes.nav}>
        <NavList narrow={narrow} />
      </div>
      <div className={classes.railFoot}>
        <button
          type="button"
          className={classes.link}
          aria-label={narrow ? 'Widen the navigation' : 'Narrow the navigation'}
          onClick={() => prefer({ nav: narrow ? 'wide' : 'narrow' })}
        >
          <Icon size={18} stroke={1.75} aria-hidden />
          {!narrow && <span>Narrow</span>}
        </button>
      </div>
    </nav>
  );
}
