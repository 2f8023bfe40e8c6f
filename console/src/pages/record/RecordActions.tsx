import { Button, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import {
  IconChevronDown,
  IconCode,
  IconGitCompare,
  IconRefresh,
  IconSend,
  IconUserCheck,
} from '@tabler/icons-react';
import { type Journey, rebuild, sendAgain } from '@/api/records';
import { ask } from '@/parts/ask/ask';
import { tell, useAct, useDo } from '@/parts/ask/useAct';
import { useKeys } from '@/parts/keys/useKeys';
import { useMay } from '@/parts/session/useSession';
import { AttributeForm } from './AttributeForm';
import { PreviewView } from './PreviewView';

const stuckIn = (journey: Journey) =>
  journey.platforms
    .flatMap((platform) => platform.deliveries)
    .filter((delivery) => delivery.state === 'parked' || delivery.state === 'blocked');

// The three ways to try again, and what would be sent.
export function RecordActions({ journey }: { journey: Journey }) {
  const { record } = journey;
  const operator = useMay('operator');
  const steward = useMay('steward');
  const act = useAct();
  const run = useDo();
  const stuck = stuckIn(journey).length;
  const mayRebuild = stuck > 0 || journey.platforms.every((platform) => platform.deliveries.length === 0);

  const again = () => {
    if (stuck === 0) tell('Nothing of this record is parked or blocked.');
    else
      run(
        () => sendAgain(record.id),
        (said) => said?.message || 'It waits to be sent again.',
        ['records', 'cases'],
      );
  };
  const preview = () =>
    modals.open({
      title: 'What would be sent now',
      size: 'xl',
      children: <PreviewView id={record.id} />,
    });
  const askRebuild = () =>
    ask({
      title: `Rebuild ${record.key}?`,
      body: 'What is parked or blocked is planned with the settings of today and sent. A record without deliveries is read and planned again.',
      action: 'Rebuild and send',
      note: 'required',
      run: (note) =>
        act(
          () => rebuild(record.id, note),
          (said) => said?.message || 'Rebuilt; it waits to be sent.',
          ['records', 'cases'],
        ),
    });
  const attribute = () => {
    const id = modals.open({
      title: 'Whose record is it?',
      children: <AttributeForm record={record} close={() => modals.close(id)} />,
    });
  };
  const copy = () => {
    navigator.clipboard.writeText(JSON.stringify(journey, null, 2)).then(
      () => tell('The journey is copied as JSON.'),
      () => tell('The browser does not allow to copy.', true),
    );
  };

  useKeys(
    'This page',
    operator
      ? [
          { keys: 'r', text: 'Send again', run: again },
          { keys: 'p', text: 'What would be sent now', run: preview },
          { keys: 'c', text: 'Copy the journey as JSON', run: copy },
        ]
      : [{ keys: 'c', text: 'Copy the journey as JSON', run: copy }],
  );

  return (
    <>
      {operator && (
        <Button leftSection={<IconSend size={16} aria-hidden />} disabled={stuck === 0} onClick={again}>
          Send again
        </Button>
      )}
      {operator && (
        <Button variant="default" leftSection={<IconGitCompare size={16} aria-hidden />} onClick={preview}>
          Preview
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={15} aria-hidden />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {operator && (
            <Menu.Item
              leftSection={<IconRefresh size={16} aria-hidden />}
              disabled={!mayRebuild}
              onClick={askRebuild}
            >
              Rebuild with the settings of today…
            </Menu.Item>
          )}
          {steward && record.state === 'unidentified' && (
            <Menu.Item leftSection={<IconUserCheck size={16} aria-hidden />} onClick={attribute}>
              Attribute to a customer…
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconCode size={16} aria-hidden />} onClick={copy}>
            Copy the journey as JSON
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
