import { Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import { type AuditEntry, auditPage } from '@/api/audit';
import { DiffView } from '@/parts/diff/DiffView';
import { FilterChoice, FilterText, FilterTime } from '@/parts/filters/controls';
import { FilterBar } from '@/parts/filters/FilterBar';
import { countSet } from '@/parts/filters/search';
import { useFilters } from '@/parts/filters/useFilters';
import { OpenLink } from '@/parts/frame/OpenLink';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Facts, Panel } from '@/parts/frame/Panel';
import { SideDrawer } from '@/parts/frame/SideDrawer';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { DataTable } from '@/parts/table/DataTable';
import { useKeysetList } from '@/parts/table/useKeysetList';
import { TimeText } from '@/parts/time/TimeText';
import classes from './Audit.module.css';
import { auditShape } from './filters';
import { auditActWord, groupsWith, subjectProblem } from './words';

const refused = (result: string) => result.startsWith('refused');

const columns: ColumnDef<AuditEntry>[] = [
  {
    id: 'at',
    header: 'Time',
    cell: ({ row: { original } }) => <TimeText at={original.at} seconds />,
    meta: { phone: 'right', width: 150 },
  },
  {
    id: 'by',
    header: 'Who',
    cell: ({ row: { original } }) => original.by || <span className="dim">the hub</span>,
    meta: { phone: 'left' },
  },
  {
    id: 'act',
    header: 'What',
    cell: ({ row: { original } }) => (
      <OpenLink name="entry" value={original.id} className={classes.name ?? ''}>
        {auditActWord(original.act)}
      </OpenLink>
    ),
    meta: { phone: 'line' },
  },
  {
    id: 'about',
    header: 'About',
    cell: ({ row: { original } }) => original.about || <span className="dim">–</span>,
    meta: { phone: 'left' },
  },
  {
    id: 'result',
    header: 'Result',
    cell: ({ row: { original } }) => (
      <span className={refused(original.result) ? classes.refused : 'dim'}>{original.result}</span>
    ),
    meta: { phone: 'right' },
  },
];

export function AuditPage() {
  if (!useMay('steward')) {
    return (
      <PageFrame title="Audit">
        <Panel>
          <Empty title="Not for your role">Data stewards and administrators see who did what.</Empty>
        </Panel>
      </PageFrame>
    );
  }
  return <AuditList />;
}

function AuditList() {
  const [search, set, setAll] = useFilters(auditShape);
  const { entry, ...filters } = search;
  const wrong = subjectProblem(filters.subject);
  const list = useKeysetList<AuditEntry>({
    queryKey: ['audit', filters],
    read: (after, signal) => auditPage(filters, after, signal),
    idOf: (one) => one.id,
    enabled: wrong === null,
  });
  const shown = list.items.find((one) => one.id === entry);
  const narrowed = countSet(filters);
  return (
    <PageFrame title="Audit" lead="Who changed what, newest first. Entries cannot be changed or removed.">
      <FilterBar set={narrowed} onClear={() => setAll({})}>
        <FilterText label="User name" value={filters.by} onChange={(by) => set({ by })} />
        <FilterChoice
          label="Act"
          value={filters.act}
          options={groupsWith(filters.act)}
          onChange={(act) => set({ act })}
        />
        <FilterText
          label="Id of a record or case"
          value={filters.subject}
          onChange={(subject) => set({ subject })}
        />
        <FilterTime label="From" value={filters.from} onChange={(from) => set({ from })} />
        <FilterTime label="Until" value={filters.until} onChange={(until) => set({ until })} />
      </FilterBar>
      {wrong && (
        <p className={classes.wrong} role="alert">
          {wrong}: copy it from the address of the record or case.
        </p>
      )}
      <Panel flush>
        <DataTable
          label="Audit"
          rows={wrong ? [] : list.items}
          columns={columns}
          idOf={(one) => one.id}
          loading={list.loading}
          error={list.error}
          onRetry={list.refresh}
          hasMore={list.hasMore && !wrong}
          loadingMore={list.loadingMore}
          onMore={list.more}
          dimmed={list.changingFilters}
          empty={
            narrowed > 0 ? (
              <Empty title="No entry matches">A user name must be complete. Fewer filters find more.</Empty>
            ) : (
              <Empty title="Nothing was changed yet">Every change leaves an entry here.</Empty>
            )
          }
        />
      </Panel>
      <SideDrawer
        title={shown ? auditActWord(shown.act) : ''}
        open={shown !== undefined}
        onClose={() => set({ entry: undefined })}
      >
        {shown && <EntryDetails entry={shown} />}
      </SideDrawer>
    </PageFrame>
  );
}

function subjectLink(entry: AuditEntry) {
  const id = entry.subject;
  if (!id) return null;
  if (/^(record|delivery)\./.test(entry.act)) {
    return entry.act.startsWith('record.') ? (
      <Link to="/records/$id" params={{ id }}>
        the record
      </Link>
    ) : null;
  }
  return entry.act.startsWith('case.') ? (
    <Link to="/cases/$id" params={{ id }}>
      the case
    </Link>
  ) : null;
}

function EntryDetails({ entry }: { entry: AuditEntry }) {
  const before = entry.before ?? '';
  const after = entry.after ?? '';
  const link = subjectLink(entry);
  return (
    <Stack>
      <Facts
        items={[
          ['Time', <TimeText key="at" at={entry.at} seconds />],
          ['Who', entry.by || 'the hub'],
          [
            'Act',
            <span key="act" className="mono">
              {entry.act}
            </span>,
          ],
          ['About', entry.about || '–'],
          ...(link ? ([['Opens', link]] as const) : []),
          ['Result', entry.result],
          [
            'Entry',
            <span key="id" className="mono">
              {entry.id}
            </span>,
          ],
        ]}
      />
      <section>
        <Title order={2} mb={6}>
          Before and after
        </Title>
        {before === '' && after === '' ? (
          <p className="dim">Nothing was noted about it.</p>
        ) : (
          <DiffView sent={before} now={after} label="Before and after" />
        )}
      </section>
    </Stack>
  );
}
