import { Button, Loader } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { type ColumnDef, flexRender, getCoreRowModel, useReactTable } from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { Failure, Lines } from '../frame/states';
import classes from './DataTable.module.css';
import { useRowKeys } from './useRowKeys';

// phone: where a cell goes at 360 px. 'line' a row of its own, 'left'/'right' beside another, 'hide' not shown.
declare module '@tanstack/react-table' {
  interface ColumnMeta<TData, TValue> {
    phone?: 'line' | 'left' | 'right' | 'hide';
    align?: 'right';
    width?: number;
  }
}

export interface DataTableProps<T> {
  label: string;
  rows: T[];
  columns: ColumnDef<T>[];
  idOf: (row: T) => string;
  empty: ReactNode;
  loading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  outdated?: boolean;
  dimmed?: boolean;
  // Emphasised rows, for example overdue ones.
  toneOf?: (row: T) => 'bad' | undefined;
  // j and k; only one table of a page should have them.
  keyboard?: boolean;
}

const virtualFrom = 120;
const rowHeight = 41;

// Rows with keyboard, phone layout, more on demand, and every state of a list. The first link in a row opens it.
export function DataTable<T>(props: DataTableProps<T>) {
  const { rows, idOf } = props;
  const table = useReactTable({
    data: rows,
    columns: props.columns,
    getCoreRowModel: getCoreRowModel(),
    getRowId: idOf,
  });
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(
    () => setTop(body.current ? body.current.getBoundingClientRect().top + window.scrollY : 0),
    [],
  );
  const virtual = rows.length > virtualFrom;
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 15,
    scrollMargin: top,
    enabled: virtual,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : idOf(row);
    },
  });
  useRowKeys(props.keyboard ?? true, body, rows.length, (index) => {
    if (virtual) virtualizer.scrollToIndex(index, { align: 'auto' });
  });

  if (props.loading) return <Lines count={8} />;
  if (props.error)
    return <Failure error={props.error} {...(props.onRetry ? { onRetry: props.onRetry } : {})} />;
  if (rows.length === 0 && !props.hasMore) return <>{props.empty}</>;

  const all = table.getRowModel().rows;
  const windowed = virtual ? virtualizer.getVirtualItems() : null;
  const shown = windowed ? windowed.map((item) => item.index) : all.map((_, index) => index);
  const before = windowed?.[0] ? windowed[0].start - top : 0;
  const last = windowed?.at(-1);
  const after = last ? virtualizer.getTotalSize() - (last.end - top) : 0;
  const span = props.columns.length;

  return (
    <>
      {props.outdated && props.onRetry && (
        <div className={classes.outdated}>
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconArrowUp size={14} aria-hidden />}
            onClick={() => {
              window.scrollTo({ top: 0 });
              props.onRetry?.();
            }}
          >
            Something changed: show the newest
          </Button>
        </div>
      )}
      <table className={classes.table} aria-label={props.label} data-dimmed={props.dimmed || undefined}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  scope="col"
                  data-align={header.column.columnDef.meta?.align}
                  style={{ width: header.column.columnDef.meta?.width }}
                >
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody ref={body}>
          {before > 0 && (
            <tr aria-hidden className={classes.spacer}>
              <td colSpan={span} style={{ height: before }} />
            </tr>
          )}
          {shown.map((index) => {
            const row = all[index];
            if (!row) return null;
            return (
              <tr
                key={row.id}
                data-index={index}
                data-row
                data-tone={props.toneOf?.(row.original)}
                ref={virtual ? virtualizer.measureElement : undefined}
                onClick={openRow}
              >
                {row.getVisibleCells().map((cell) => (
                  <td
                    key={cell.id}
                    data-align={cell.column.columnDef.meta?.align}
                    data-phone={cell.column.columnDef.meta?.phone ?? 'left'}
                  >
                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && (
            <tr aria-hidden className={classes.spacer}>
              <td colSpan={span} style={{ height: after }} />
            </tr>
          )}
        </tbody>
      </table>
      {props.hasMore && (
        <div className={classes.more}>
          <Button variant="default" disabled={props.loadingMore ?? false} onClick={props.onMore}>
            {props.loadingMore ? <Loader size={16} aria-label="Loading" /> : 'Load more'}
          </Button>
          <span>{rows.length} shown</span>
        </div>
      )}
    </>
  );
}

// A click anywhere in a row is a click on its first link, unless something else in it was meant.
function openRow(event: React.MouseEvent<HTMLTableRowElement>): void {
  const target = event.target as HTMLElement;
  if (target.closest('a, button, input, label, [role="menu"]')) return;
  if ((window.getSelection()?.toString() ?? '') !== '') return;
  const link = event.currentTarget.querySelector<HTMLAnchorElement>('a[href]');
  if (!link) return;
  link.dispatchEvent(
    new MouseEvent('click', {
      bubbles: true,
      cancelable: true,
      ctrlKey: event.ctrlKey,
      metaKey: event.metaKey,
      shiftKey: event.shiftKey,
    }),
  );
}
