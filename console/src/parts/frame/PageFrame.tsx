import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import classes from './Frame.module.css';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Tillbridge`;
  }, [title]);
}

// Head and body of a page: sets the window's title, holds the page's actions.
export function PageFrame({
  title,
  heading,
  above,
  lead,
  actions,
  children,
}: {
  title: string;
  heading?: ReactNode;
  above?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <div className={classes.page}>
      {above && <div className={classes.above}>{above}</div>}
      <header className={classes.head}>
        <div className={classes.heading}>
          <Title order={1}>{heading ?? title}</Title>
          {lead && (
            <div className={classes.lead} data-lead>
              {lead}
            </div>
          )}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
