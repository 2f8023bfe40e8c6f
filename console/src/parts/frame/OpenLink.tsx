import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

// Opens something on this page by a part of its address, so that a copied link shows it too.
export function OpenLink({
  name,
  value,
  className,
  label,
  children,
}: {
  name: string;
  value: string;
  className?: string;
  label?: string;
  children: ReactNode;
}) {
  return (
    <Link
      to="."
      search={((old: Record<string, unknown>) => ({ ...old, [name]: value })) as never}
      replace
      resetScroll={false}
      preload={false}
      activeProps={{ className: '', 'aria-current': undefined }}
      {...(className ? { className } : {})}
      {...(label ? { 'aria-label': label } : {})}
    >
      {children}
    </Link>
  );
}
