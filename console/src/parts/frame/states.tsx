import { Button, Skeleton } from '@mantine/core';
import { IconInbox, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { messageOf } from '@/api/client';
import classes from './Frame.module.css';

// Nothing there: what that means and what to do.
export function Empty({ title, children, icon }: { title: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <div className={classes.state}>
      {icon ?? <IconInbox size={28} stroke={1.5} aria-hidden />}
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className={classes.state} role="alert">
      <IconPlugConnectedX size={28} stroke={1.5} aria-hidden />
      <strong>This could not be loaded</strong>
      <p>{messageOf(error)}</p>
      {onRetry && (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Lines({ count = 6, height = 18 }: { count?: number; height?: number }) {
  return (
    <div role="status" aria-label="Loading" className={classes.stack} style={{ padding: '14px 16px' }}>
      {Array.from({ length: count }, (_, i) => (
        <Skeleton key={i} height={height} width={`${92 - ((i * 17) % 40)}%`} />
      ))}
    </div>
  );
}

// One query's three faces. The old answer stays while a new one is asked for.
export function Loaded<T>({
  query,
  children,
  lines,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
  lines?: number;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Lines {...(lines === undefined ? {} : { count: lines })} />;
}
