import { ActionIcon, Indicator, Popover, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { alertsQuery } from '@/api/alerts';
import { StateBadge } from '@/parts/state/StateBadge';
import { TimeText } from '@/parts/time/TimeText';

export function AlertsBell() {
  const [open, { toggle, close }] = useDisclosure(false);
  const items = useQuery(alertsQuery).data?.items ?? [];
  const raised = items.filter((alert) => alert.state === 'open');
  const loud = raised.filter((alert) => alert.acknowledged_by === null);
  return (
    <Indicator
      disabled={loud.length === 0}
      label={loud.length}
      size={16}
      offset={5}
      color={loud.some((alert) => alert.level === 'critical') ? 'red.9' : 'orange.9'}
    >
      <Popover
        opened={open}
        onChange={(next) => !next && close()}
        width={340}
        position="bottom-end"
        trapFocus
      >
        <Popover.Target>
          <ActionIcon
            size="lg"
            variant="subtle"
            color="gray"
            aria-label={raised.length === 0 ? 'Alerts: none open' : `Alerts: ${raised.length} open`}
            aria-expanded={open}
            onClick={toggle}
          >
            <IconBell size={19} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="sm">
            {raised.length === 0 && <Text>No alert is open.</Text>}
            {raised.slice(0, 6).map((alert) => (
              <div key={alert.id}>
                <StateBadge of="alert" state={alert.level} />
                <Text mt={2}>{alert.text}</Text>
                <Text c="dimmed" fz="xs">
                  since <TimeText at={alert.since} />
                  {alert.acknowledged_by ? `, acknowledged by ${alert.acknowledged_by}` : ''}
                </Text>
              </div>
            ))}
            <Link to="/alerts" onClick={close}>
              All alerts
            </Link>
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </Indicator>
  );
}
