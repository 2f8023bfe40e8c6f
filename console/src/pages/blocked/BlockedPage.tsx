import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import { type Blocked, blockedPage, rebuild, sendAgain, skipDelivery } from '@/api/records';
import { ask } from '@/parts/ask/ask';
import { useAct } from '@/parts/ask/useAct';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { platformTitle } from '@/parts/state/words';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { TimeText } from '@/parts/time/TimeText';

const columns: ColumnDef<Blocked>[] = [
  {
    id: 'customer',
    header: 'Customer',
    cell: ({ row: { original } }) => original.customer || '–',
    meta: { phone: 'left' },
  },
  {
    id: 'record',
    header: 'Blocked by',
    cell: ({ row: { original } }) => (
      <Link to="/records/$id" params={{ id: original.record_id }}>
        {original.record_key}
      </Link>
    ),
    meta: { phone: 'left' },
  },
  {
    id: 'platform',
    header: 'Platform',
    cell: ({ row: { original } }) => platformTitle(original.connection),
    meta: { phone: 'left' },
  },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ row: { original } }) => original.reason,
    meta: { phone: 'line' },
  },
  {
    id: 'behind',
    header: 'Waiting behind',
    cell: ({ row: { original } }) => original.waiting_behind,
    meta: { align: 'right', phone: 'hide' },
  },
  {
    id: 'since',
    header: 'Since',
    cell: ({ row: { original } }) => <TimeText at={original.since} />,
    meta: { align: 'right', phone: 'right' },
  },
  {
    id: 'actions',
    header: () => <span className="dim">Unblock</span>,
    cell: ({ row: { original } }) => <Unblock blocked={original} />,
    meta: { align: 'right', phone: 'right', width: 60 },
  },
];

// Customers with a blocked lane: what came later waits so that the order of events stays right.
export function BlockedPage() {
  const list = useKeysetList<Blocked>({
    queryKey: ['records', 'blocked'],
    read: (after, signal) => blockedPage(after, signal),
    idOf: (one) => one.delivery_id,
    topics: ['records'],
  });
  return (
    <PageFrame
      title="Blocked customers"
      lead="A delivery that must not be overtaken failed, so what came later for the same customer waits behind it. Others are not affected."
    >
      <Panel flush>
        <DataTable
          label="Blocked customers"
          rows={list.items}
          columns={columns}
          idOf={(one) => one.delivery_id}
          loading={list.loading}
          error={list.error}
          onRetry={list.refresh}
          hasMore={list.hasMore}
          loadingMore={list.loadingMore}
          onMore={list.more}
          outdated={list.outdated}
          empty={<Empty title="No customer is blocked">Every customer&apos;s deliveries can go on.</Empty>}
        />
      </Panel>
    </PageFrame>
  );
}

function Unblock({ blocked }: { blocked: Blocked }) {
  const mayAct = useMay('operator');
  const act = useAct();
  if (!mayAct) return null;
  const behind = blocked.waiting_behind;
  const later = behind === 0 ? 'Nothing waits behind it.' : `${behind} deliveries wait behind it.`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Unblock customer ${blocked.customer}`}>
          <IconDots size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() =>
            ask({
              title: 'Send again?',
              body: `The same bytes go once more. When they arrive, the lane goes on; when not, it stays blocked. ${later}`,
              action: 'Send again',
              run: () =>
                act(
                  () => sendAgain(blocked.record_id),
                  (said) => said?.message || 'It waits to be sent.',
                  ['records', 'cases'],
                ),
            })
          }
        >
          Send again…
        </Menu.Item>
        <Menu.Item
          onClick={() =>
            ask({
              title: 'Rebuild and send?',
              body: `It is planned with the settings of today and sent. ${later}`,
              action: 'Rebuild and send',
              note: 'required',
              run: (note) =>
                act(
                  () => rebuild(blocked.record_id, note),
                  (said) => said?.message || 'Rebuilt.',
                  ['records', 'cases'],
                ),
            })
          }
        >
          Rebuild and send…
        </Menu.Item>
        <Menu.Item
          onClick={() =>
            ask({
              title: 'Skip it?',
              body: `${blocked.record_key} never reaches ${platformTitle(blocked.connection)}, and the lane goes on without it. ${later}`,
              action: 'Skip',
              danger: true,
              note: 'required',
              run: (note) =>
                act(
                  () => skipDelivery(blocked.delivery_id, note),
                  (said) => said?.message || 'Skipped.',
                  ['records', 'cases'],
                ),
            })
          }
        >
          Skip and let the lane go on…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
