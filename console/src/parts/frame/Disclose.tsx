import { UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import classes from './Frame.module.css';

// Opens what is dear to load; its content is made only when it is open.
export function Disclose({
  label,
  children,
  startOpen = false,
}: {
  label: ReactNode;
  children: ReactNode;
  startOpen?: boolean;
}) {
  const [open, setOpen] = useState(startOpen);
  const id = useId();
  return (
    <div>
      <UnstyledButton
        className={classes.disclose}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <IconChevronRight size={15} aria-hidden className={classes.chevron} data-open={open} />
        {label}
      </UnstyledButton>
      <div id={id} className={classes.disclosed}>
        {open && children}
      </div>
    </div>
  );
}
