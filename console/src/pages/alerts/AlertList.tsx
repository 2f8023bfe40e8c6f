import { Button, Menu, Stack } from '@mantine/core';
import { IconBellOff, IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import { type Alert, acknowledgeAlert, alertsQuery, muteAlert } from '@/api/alerts';
import { useDo } from '@/parts/ask/useAct';
import { FilterChoice } from '@/parts/filters/controls';
import { FilterBar } from '@/parts/filters/FilterBar';
import { useFilters } from '@/parts/filters/useFilters';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { StateBadge, ToneBadge } from '@/parts/state/StateBadge';
import { DataTable } from '@/parts/table/DataTable';
import { TimeText } from '@/parts/time/TimeText';
import { useNow } from '@/parts/time/useNow';
import classes from './Alerts.module.css';
import { alertsShape } from './filters';
import { alertKindWord, alertPage, isMuted, placeOf } from './kinds';

const columns: ColumnDef<Alert>[] = [
  {
    id: 'alert',
    header: 'Alert',
    cell: ({ row: { original } }) => (
      <>
        <Link to={placeOf(original).to} className={classes.name}>
          {alertKindWord(original.kind)}: {original.subject}
        </Link>
        <div>{original.text}</div>
        <div className={classes.small}>
          <Link to="/handbook/$" params={{ _splat: alertPage(original.kind) }}>
            What to do
          </Link>
        </div>
      </>
    ),
    meta: { phone: 'line' },
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row: { original } }) => <AlertState alert={original} />,
    meta: { phone: 'left' },
  },
  {
    id: 'since',
    header: 'Since',
    cell: ({ row: { original } }) => (
      <>
        <TimeText at={original.since} />
        {original.recovered_at && (
          <div className={classes.small}>
            over <TimeText at={original.recovered_at} />
          </div>
        )}
      </>
    ),
    meta: { phone: 'right', align: 'right', width: 130 },
  },
  {
    id: 'acts',
    header: () => <span className="dim">Acts</span>,
    cell: ({ row: { original } }) => <AlertActs alert={original} />,
    meta: { phone: 'line', align: 'right', width: 220 },
  },
];

function AlertState({ alert }: { alert: Alert }) {
  const muted = isMuted(alert, useNow());
  return (
    <span className={classes.states}>
      {alert.state === 'open' ? (
        <StateBadge of="alert" state={alert.level} />
      ) : (
        <StateBadge of="alert" state="recovered" />
      )}
      {alert.acknowledged_by && <ToneBadge tone="busy" word={`Acknowledged by ${alert.acknowledged_by}`} />}
      {muted && (
        <span className={classes.small}>
          Muted until <TimeText at={alert.muted_until} />
        </span>
      )}
    </span>
  );
}

const spans = [
  { minutes: 60, word: '1 hour' },
  { minutes: 240, word: '4 hours' },
  { minutes: 1440, word: '24 hours' },
];

function AlertActs({ alert }: { alert: Alert }) {
  const run = useDo();
  const muted = isMuted(alert, useNow());
  if (!useMay('operator') || alert.state !== 'open') return null;
  return (
    <span className={classes.acts}>
      {!alert.acknowledged_by && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconEye size={14} aria-hidden />}
          onClick={() =>
            run(() => acknowledgeAlert(alert), 'Acknowledged: others see that you look after it.', ['alerts'])
          }
        >
          Acknowledge
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconBellOff size={14} aria-hidden />}
            aria-label={`Mute ${alertKindWord(alert.kind)}: ${alert.subject}`}
          >
            Mute
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>No notices about it for</Menu.Label>
          {spans.map(({ minutes, word }) => (
            <Menu.Item
              key={minutes}
              onClick={() => run(() => muteAlert(alert, minutes), `Muted for ${word}.`, ['alerts'])}
            >
              {word}
            </Menu.Item>
          ))}
          {muted && (
            <Menu.Item onClick={() => run(() => muteAlert(alert, 0), 'No longer muted.', ['alerts'])}>
              No longer mute it
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}

export function AlertList() {
  const query = useQuery(alertsQuery);
  const [search, set] = useFilters(alertsShape);
  const all = query.data?.items ?? [];
  const rows = all.filter(
    (one) =>
      (search.state === undefined || one.state === search.state) &&
      (search.level === undefined || one.level === search.level),
  );
  const narrowed = (search.state ? 1 : 0) + (search.level ? 1 : 0);
  return (
    <Stack gap="md">
      <FilterBar set={narrowed} onClear={() => set({ state: undefined, level: undefined })}>
        <FilterChoice
          label="State"
          value={search.state}
          options={[
            { value: 'open', label: 'Open' },
            { value: 'recovered', label: 'Recovered' },
          ]}
          onChange={(state) => set({ state })}
        />
        <FilterChoice
          label="Level"
          value={search.level}
          options={[
            { value: 'critical', label: 'Critical' },
            { value: 'warning', label: 'Warning' },
          ]}
          onChange={(level) => set({ level })}
        />
      </FilterBar>
      <Panel flush>
        <DataTable
          label="Alerts"
          rows={rows}
          columns={columns}
          idOf={(one) => `${one.id} ${one.since}`}
          loading={query.isPending}
          error={query.data === undefined ? query.error : null}
          onRetry={() => void query.refetch()}
          toneOf={(one) => (one.state === 'open' && one.level === 'critical' ? 'bad' : undefined)}
          empty={
            narrowed > 0 ? (
              <Empty title="No alert matches">Fewer filters find more.</Empty>
            ) : (
              <Empty title="No alert">Nothing is wrong now, and nothing was within the last day.</Empty>
            )
          }
        />
      </Panel>
    </Stack>
  );
}
