import { Drawer, Kbd, Table, Text, Title } from '@mantine/core';
import { activeGroups } from '@/parts/keys/keys';
import { usePreferences } from '@/parts/session/useSession';
import { closeKeys, useKeysOpen } from './keysDrawerState';

const names: Record<string, string> = { 'mod+k': 'Ctrl K' };

// What the keyboard does on this page.
export function KeysDrawer() {
  const open = useKeysOpen();
  const { keys = true } = usePreferences();
  const groups = open ? activeGroups().filter((group) => group.bindings.length > 0) : [];
  return (
    <Drawer opened={open} onClose={closeKeys} position="right" size="340px" title="Keys">
      {!keys && <Text mb="md">Single-letter keys are switched off in your menu.</Text>}
      {groups.toReversed().map((group, i) => (
        <section key={`${group.title}${i}`}>
          <Title order={2} mb={4}>
            {group.title}
          </Title>
          <Table mb="md" verticalSpacing={4} horizontalSpacing={0}>
            <Table.Tbody>
              {group.bindings.map((binding) => (
                <Table.Tr key={binding.keys}>
                  <Table.Td w={96}>
                    {(names[binding.keys] ?? binding.keys).split(' ').map((key) => (
                      <Kbd key={key} mr={4}>
                        {key}
                      </Kbd>
                    ))}
                  </Table.Td>
                  <Table.Td>{binding.text}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      ))}
    </Drawer>
  );
}
