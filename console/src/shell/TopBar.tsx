import { Badge, NativeSelect } from '@mantine/core';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { chosenWorkspace } from '@/api/client';
import { useSession } from '@/parts/session/useSession';
import { AlertsBell } from './AlertsBell';
import { LiveSwitch } from './LiveSwitch';
import { Mark } from './Mark';
import { SearchBox } from './SearchBox';
import classes from './Shell.module.css';
import { UserMenu } from './UserMenu';

function WorkspaceSwitch() {
  const { workspaces } = useSession();
  const navigate = useNavigate();
  if (workspaces.length < 2) return null;
  return (
    <NativeSelect
      aria-label="Workspace"
      value={chosenWorkspace() ?? ''}
      data={[
        ...(chosenWorkspace() === null ? [{ value: '', label: 'All workspaces' }] : []),
        ...workspaces.map((one) => ({ value: one.name, label: one.name })),
      ]}
      onChange={(event) => {
        // Filters of one workspace mean nothing in another.
        void navigate({ to: '/', search: { workspace: event.currentTarget.value } as never });
      }}
    />
  );
}

export function TopBar() {
  const { demo } = useSession();
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <header className={classes.top}>
      <Link to="/" className={classes.topBrand} aria-label="Tillbridge: Today">
        <Mark size={26} />
      </Link>
      {/* The page of searches has the box itself. */}
      {path !== '/search' && (
        <div className={classes.topSearch}>
          <SearchBox />
        </div>
      )}
      <div className={classes.topRight}>
        {demo && (
          <Badge
            className={classes.demo}
            variant="outline"
            color="gray"
            tt="none"
            title="Made-up data; nothing leaves this hub"
          >
            Demo
          </Badge>
        )}
        <WorkspaceSwitch />
        <LiveSwitch />
        <AlertsBell />
        <UserMenu />
      </div>
    </header>
  );
}
