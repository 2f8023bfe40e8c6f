import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';

// Details beside a list.
export function SideDrawer({
  title,
  open,
  onClose,
  children,
}: {
  title: ReactNode;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Drawer opened={open} onClose={onClose} position="right" size="min(600px, 100vw)" title={title}>
      {open && children}
    </Drawer>
  );
}
