import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type BulkEstimate, beginBulk, bulkActWords, estimateBulk } from '@/api/bulk';
import { ApiError, messageOf } from '@/api/client';
import { Empty, Loaded } from '../frame/states';
import { platformTitle } from '../state/words';
import { durationText } from '../time/format';
import type { BulkStart } from './openBulk';

// Above this the count is typed: nobody sends thousands by a habit of clicking.
export const typeAbove = 100;

export function BulkConfirm({
  start,
  close,
  begun,
}: {
  start: BulkStart;
  close: () => void;
  begun: (id: string) => void;
}) {
  const estimate = useQuery({
    queryKey: ['bulk', 'estimate', start.act, start.filter],
    queryFn: () => estimateBulk(start.act, start.filter),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <Loaded query={estimate} lines={4}>
      {(found) =>
        found.count === 0 ? (
          <Stack>
            <Empty title="Nothing to do">
              None of the {start.about} has anything that this could change.
            </Empty>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Close
              </Button>
            </Group>
          </Stack>
        ) : (
          <Form
            start={start}
            found={found}
            close={close}
            begun={begun}
            estimateAgain={() => void estimate.refetch()}
          />
        )
      }
    </Loaded>
  );
}

function Form({
  start,
  found,
  close,
  begun,
  estimateAgain,
}: {
  start: BulkStart;
  found: BulkEstimate;
  close: () => void;
  begun: (id: string) => void;
  estimateAgain: () => void;
}) {
  const [name, setName] = useState(start.name);
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const mustType = found.count > typeAbove;
  const typedWrong = mustType && typed.trim() !== String(found.count);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '' || typedWrong || busy) return;
    setBusy(true);
    try {
      begun((await beginBulk(start.act, start.filter, name.trim(), found.count)).id);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const calls = Object.entries(found.platforms);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <div>
          <Text fw={600} fz="lg">
            {found.exact ? '' : 'About '}
            {found.count.toLocaleString('en-GB')} {found.count === 1 ? 'record' : 'records'}
          </Text>
          {calls.map(([platform, cost]) => (
            <Text key={platform} c="dimmed">
              {platformTitle(platform)}: {cost.calls.toLocaleString('en-GB')} calls, about{' '}
              {durationText(cost.seconds)} at its budget
            </Text>
          ))}
          {found.sample.length > 0 && (
            <Text c="dimmed" mt={4}>
              For example {found.sample.slice(0, 5).join(', ')}
            </Text>
          )}
        </div>
        <TextInput
          label="Name"
          description="Shown in Bulk actions and in the audit"
          required
          data-autofocus
          value={name}
          error={tried && name.trim() === '' ? 'Give it a name' : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {mustType && (
          <TextInput
            label={`Type ${found.count} to confirm`}
            required
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            error={tried && typedWrong ? `This is not ${found.count}` : null}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <Text c="dimmed">
          The records are fixed when it begins. They go in their order, through the same lanes as everything
          else.
        </Text>
        {error !== null && (
          <Alert color="red" role="alert">
            {messageOf(error)}{' '}
            {error instanceof ApiError && error.status === 409 && (
              <Button size="compact-sm" variant="default" onClick={estimateAgain}>
                Estimate again
              </Button>
            )}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} color={start.act === 'skip' ? 'red' : ''}>
            {bulkActWords[start.act]} {found.count.toLocaleString('en-GB')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
