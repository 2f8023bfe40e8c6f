import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import {
  rollBackSettings,
  type Settings,
  type SettingsVersion,
  settingsVersionPage,
  settingsVersionQuery,
} from '@/api/settings';
import { ask } from '@/parts/ask/ask';
import { DiffView } from '@/parts/diff/DiffView';
import { useFilters } from '@/parts/filters/useFilters';
import { OpenLink } from '@/parts/frame/OpenLink';
import { Panel } from '@/parts/frame/Panel';
import { Empty, Failure, Lines } from '@/parts/frame/states';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { TimeText } from '@/parts/time/TimeText';
import { settingsShape } from './filters';
import classes from './Settings.module.css';

export function VersionsTab({
  settings,
  takeUp,
}: {
  settings: Settings;
  takeUp: (saved: Settings) => Promise<void>;
}) {
  const [search, set] = useFilters(settingsShape);
  const list = useKeysetList<SettingsVersion>({
    queryKey: ['settings', 'versions', 'list'],
    read: settingsVersionPage,
    idOf: (one) => String(one.version),
  });
  const at = list.items.findIndex((one) => String(one.version) === search.version);
  const earlier = list.items[at + 1];
  const from = search.with ?? (at >= 0 && earlier ? String(earlier.version) : undefined);
  const rollBack = (version: number) =>
    ask({
      title: `Go back to version ${version}?`,
      body: `Its document becomes version ${settings.version + 1} and is used at once. Version ${settings.version} stays in the list.`,
      action: 'Go back',
      note: 'required',
      run: async (note) => {
        const saved = await rollBackSettings(version, note);
        void takeUp(saved);
      },
    });
  const columns: ColumnDef<SettingsVersion>[] = [
    {
      id: 'version',
      header: 'Version',
      cell: ({ row: { original } }) => (
        <OpenLink name="version" value={String(original.version)} className={classes.name ?? ''}>
          Version {original.version}
        </OpenLink>
      ),
      meta: { phone: 'left' },
    },
    {
      id: 'at',
      header: 'Since',
      cell: ({ row: { original } }) => <TimeText at={original.at} />,
      meta: { phone: 'right' },
    },
    {
      id: 'by',
      header: 'By',
      cell: ({ row: { original } }) => (original.by === 'file' ? 'the configuration file' : original.by),
      meta: { phone: 'left' },
    },
    {
      id: 'acts',
      header: () => <span className="dim">Acts</span>,
      cell: ({ row: { original } }) =>
        original.version === settings.version ? (
          <span className="dim">in use</span>
        ) : (
          <span className={classes.acts}>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => set({ version: String(settings.version), with: String(original.version) })}
            >
              Compare
            </Button>
            {settings.editable && (
              <Button size="compact-sm" variant="default" onClick={() => rollBack(original.version)}>
                Go back…
              </Button>
            )}
          </span>
        ),
      meta: { phone: 'right', align: 'right', width: 190 },
    },
  ];
  return (
    <div className={classes.stack}>
      {search.version !== undefined && (
        <Compare
          versions={list.items}
          from={from}
          to={search.version}
          onFrom={(value) => set({ with: value })}
          onTo={(value) => set({ version: value })}
          onClose={() => set({ version: undefined, with: undefined })}
        />
      )}
      <Panel flush>
        <DataTable
          label="Versions"
          rows={list.items}
          columns={columns}
          idOf={(one) => String(one.version)}
          loading={list.loading}
          error={list.error}
          onRetry={list.refresh}
          hasMore={list.hasMore}
          loadingMore={list.loadingMore}
          onMore={list.more}
          empty={<Empty title="No version yet">The first one is stored when the hub starts.</Empty>}
        />
      </Panel>
    </div>
  );
}

function Compare({
  versions,
  from,
  to,
  onFrom,
  onTo,
  onClose,
}: {
  versions: readonly SettingsVersion[];
  from: string | undefined;
  to: string;
  onFrom: (version: string) => void;
  onTo: (version: string) => void;
  onClose: () => void;
}) {
  const before = useQuery({ ...settingsVersionQuery(Number(from ?? 0)), enabled: from !== undefined });
  const after = useQuery(settingsVersionQuery(Number(to)));
  const known = new Set([...versions.map((one) => String(one.version)), to, ...(from ? [from] : [])]);
  const data = [...known]
    .toSorted((a, b) => Number(b) - Number(a))
    .map((value) => ({ value, label: `Version ${value}` }));
  const error = after.error ?? (from !== undefined ? before.error : null);
  const ready = after.data !== undefined && (from === undefined || before.data !== undefined);
  return (
    <Panel
      title={from === undefined ? `Version ${to}` : `Version ${from} against version ${to}`}
      aside={
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Close
        </Button>
      }
    >
      <div className={classes.stack}>
        <div className={classes.row}>
          <NativeSelect
            label="From"
            value={from ?? ''}
            data={from === undefined ? [{ value: '', label: 'nothing' }, ...data] : data}
            onChange={(event) => onFrom(event.currentTarget.value)}
          />
          <NativeSelect
            label="To"
            value={to}
            data={data}
            onChange={(event) => onTo(event.currentTarget.value)}
          />
        </div>
        {error ? (
          <Failure error={error} onRetry={() => void Promise.all([before.refetch(), after.refetch()])} />
        ) : ready ? (
          <DiffView sent={before.data?.document ?? ''} now={after.data?.document ?? ''} label="Difference" />
        ) : (
          <Lines count={4} />
        )}
      </div>
    </Panel>
  );
}
