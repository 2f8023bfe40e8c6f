import { Button, Group, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Copy } from '@/parts/bytes/BytesView';
import classes from './Users.module.css';

// A secret that the hub does not keep in clear: it is on the screen until the dialog is closed, and never again.
export function showSecret({ title, lead, secret }: { title: string; lead: string; secret: string }): void {
  const id = modals.open({
    title,
    // A click beside the dialog must not lose it.
    closeOnClickOutside: false,
    children: (
      <Stack>
        <Text>{lead}</Text>
        <div className={classes.secret}>
          <span>{secret}</span>
          <Copy text={secret} />
        </div>
        <Text c="dimmed">It is shown this once. Nobody can read it later, a new one can be made.</Text>
        <Group justify="flex-end">
          <Button onClick={() => modals.close(id)}>I have it</Button>
        </Group>
      </Stack>
    ),
  });
}
