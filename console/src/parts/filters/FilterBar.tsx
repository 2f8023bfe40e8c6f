import { Button } from '@mantine/core';
import { IconFilter, IconX } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import classes from './Filters.module.css';

// The controls above a list. `main` is always there; the others fold away on a phone.
export function FilterBar({
  main,
  children,
  set = 0,
  onClear,
}: {
  main?: ReactNode;
  children?: ReactNode;
  set?: number;
  onClear?: () => void;
}) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <search className={classes.bar}>
      {main !== undefined && <div className={classes.main}>{main}</div>}
      {children !== undefined && (
        <Button
          className={classes.fold}
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          Filters{set > 0 ? ` (${set})` : ''}
        </Button>
      )}
      <div className={classes.more} id={id} data-open={open}>
        {children}
        {set > 0 && onClear && (
          <Button variant="subtle" leftSection={<IconX size={14} aria-hidden />} onClick={onClear}>
            Clear filters
          </Button>
        )}
      </div>
    </search>
  );
}
