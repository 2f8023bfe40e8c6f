import { Button } from '@mantine/core';
import { IconWand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { connectionsQuery } from '@/api/connections';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { SideDrawer } from '@/parts/frame/SideDrawer';
import { Empty, Loaded } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { useRowKeys } from '@/parts/table/useRowKeys';
import { ConnectionCard } from './ConnectionCard';
import { ConnectionDetails } from './ConnectionDrawer';
import classes from './Connections.module.css';
import { connectionsShape } from './filters';
import { idOf } from './words';

export function ConnectionsPage() {
  const query = useQuery(connectionsQuery);
  const [search, set] = useFilters(connectionsShape);
  const mayAdminister = useMay('administrator');
  const list = useRef<HTMLDivElement>(null);
  const items = query.data?.items ?? [];
  useRowKeys(true, list, items.length, () => {});
  const shown = items.find((one) => idOf(one) === search.open);
  return (
    <PageFrame
      title="Connections"
      lead="The platforms this hub reads from and sends to. A pause loses nothing: what waits goes on in its order."
      actions={
        mayAdminister && (
          <Button
            variant="default"
            component={Link}
            to="/connections/set-up"
            leftSection={<IconWand size={16} aria-hidden />}
          >
            Set up and validate
          </Button>
        )
      }
    >
      <Loaded query={query}>
        {() =>
          items.length === 0 ? (
            <Empty title="No connection yet">
              An administrator connects Sitoo and a platform with the set-up wizard.
            </Empty>
          ) : (
            <div ref={list} className={classes.list}>
              {items.map((one, index) => (
                <ConnectionCard key={idOf(one)} one={one} index={index} />
              ))}
            </div>
          )
        }
      </Loaded>
      <SideDrawer
        title={shown?.title ?? ''}
        open={shown !== undefined}
        onClose={() => set({ open: undefined })}
      >
        {shown && <ConnectionDetails one={shown} />}
      </SideDrawer>
    </PageFrame>
  );
}
