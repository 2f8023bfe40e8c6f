import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type BulkAction, bulkItemPage, bulkQuery, cancelBulk } from '@/api/bulk';
import { useDo, useRefresh } from '../ask/useAct';
import { Loaded } from '../frame/states';
import { useLive } from '../live/useLive';
import { StateBadge } from '../state/StateBadge';

// How far a bulk action is; also used on its own page.
export function BulkBar({ bulk }: { bulk: BulkAction }) {
  // Those that failed are not among the done.
  const through = bulk.done + bulk.failed;
  const percent = bulk.total === 0 ? 100 : (100 * through) / bulk.total;
  return (
    <Stack gap={6}>
      <Group gap="sm">
        <StateBadge of="bulk" state={bulk.state} />
        <Text>
          {through.toLocaleString('en-GB')} of {bulk.total.toLocaleString('en-GB')}
          {bulk.failed > 0 ? `, ${bulk.failed.toLocaleString('en-GB')} failed` : ''}
        </Text>
      </Group>
      <Progress
        value={percent}
        color={bulk.failed > 0 ? 'orange' : ''}
        aria-label={`${Math.round(percent)} % done`}
        transitionDuration={300}
      />
    </Stack>
  );
}

export function BulkProgress({ id, close }: { id: string; close: () => void }) {
  const { paused } = useLive();
  const query = useQuery({
    ...bulkQuery(id),
    refetchInterval: (one) => (!paused && one.state.data?.state === 'running' ? 1500 : false),
  });
  const run = useDo();
  const refresh = useRefresh();
  return (
    <Loaded query={query} lines={3}>
      {(bulk) => (
        <Stack>
          <div role="status">
            <BulkBar bulk={bulk} />
          </div>
          {bulk.state !== 'running' && bulk.failed > 0 && <FailedItems id={id} />}
          <Group justify="flex-end" gap="xs">
            {paused && bulk.state === 'running' && (
              <Button variant="default" onClick={() => void query.refetch()}>
                Refresh
              </Button>
            )}
            {bulk.state === 'running' && (
              <Button
                variant="default"
                onClick={() =>
                  run(() => cancelBulk(id), 'Cancelled. What was not begun stays as it was.', [
                    'bulk',
                    'records',
                  ])
                }
              >
                Cancel the rest
              </Button>
            )}
            <Button variant="default" component={Link} to={`/bulk/${id}`} onClick={close}>
              All results
            </Button>
            <Button
              onClick={() => {
                void refresh(['records', 'cases', 'bulk']);
                close();
              }}
            >
              Close
            </Button>
          </Group>
        </Stack>
      )}
    </Loaded>
  );
}

function FailedItems({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['bulk', 'failed', id],
    queryFn: ({ signal }) => bulkItemPage(id, true, null, signal),
  });
  return (
    <Loaded query={query} lines={2}>
      {(page) => (
        <ul>
          {page.items.slice(0, 5).map((item) => (
            <li key={item.record_id}>
              <strong>{item.record_key}</strong>: {item.text}
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
