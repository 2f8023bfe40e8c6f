import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Frame.module.css';

// A box with a heading. `flush` lets a table reach the edges.
export function Panel({
  title,
  aside,
  flush = false,
  children,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <div className={classes.panelHead}>
          <Title order={2} id={id}>
            {title}
          </Title>
          {aside && <div className={classes.aside}>{aside}</div>}
        </div>
      )}
      <div className={flush ? classes.flush : classes.panelBody}>{children}</div>
    </section>
  );
}

// Boxes beside each other as far as they fit; below each other on a phone.
export function Columns({ min = 280, children }: { min?: number; children: ReactNode }) {
  return (
    <div className={classes.columns} style={{ '--columns-min': `${min}px` } as React.CSSProperties}>
      {children}
    </div>
  );
}

// A wide column with a narrow one beside it.
export function WithAside({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className={classes.withAside}>
      <div className={classes.stack}>{children}</div>
      <div className={classes.stack}>{aside}</div>
    </div>
  );
}

// Names and values.
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
