import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTitle } from '@/parts/frame/PageFrame';
import classes from './Entry.module.css';
import { Mark } from './Mark';

// The frame of the pages before anybody is signed in.
export function Entry({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <main className={classes.entry}>
      <Paper className={classes.box} withBorder>
        <Stack gap="md">
          <div className={classes.brand}>
            <Mark size={28} />
            <span>Tillbridge</span>
          </div>
          <div>
            <Title order={1}>{title}</Title>
            {lead && (
              <Text c="dimmed" mt={4} component="div">
                {lead}
              </Text>
            )}
          </div>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}
