import { ActionIcon, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots, IconEdit, IconPlayerSkipForward } from '@tabler/icons-react';
import { type Delivery, skipDelivery } from '@/api/records';
import { ask } from '@/parts/ask/ask';
import { useAct } from '@/parts/ask/useAct';
import { useMay } from '@/parts/session/useSession';
import { EditDelivery } from './EditDelivery';

// Edit and skip; not for what has arrived already.
export function DeliveryMenu({ delivery, title }: { delivery: Delivery; title: string }) {
  const mayAct = useMay('operator');
  const act = useAct();
  if (!mayAct || delivery.state === 'delivered') return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${delivery.effect} to ${title}`}>
          <IconDots size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconEdit size={16} aria-hidden />}
          onClick={() => {
            const id = modals.open({
              title: `Edit and send to ${title}`,
              size: 'xl',
              children: <EditDelivery delivery={delivery} close={() => modals.close(id)} />,
            });
          }}
        >
          Edit and send…
        </Menu.Item>
        {delivery.state !== 'skipped' && (
          <Menu.Item
            leftSection={<IconPlayerSkipForward size={16} aria-hidden />}
            onClick={() =>
              ask({
                title: `Skip ${delivery.effect}?`,
                body: `It is not sent to ${title}. If its lane is blocked, what waits behind it goes on.`,
                action: 'Skip',
                danger: true,
                note: 'required',
                run: (note) =>
                  act(
                    () => skipDelivery(delivery.id, note),
                    (said) => said?.message || 'Skipped.',
                    ['records', 'cases'],
                  ),
              })
            }
          >
            Skip…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
