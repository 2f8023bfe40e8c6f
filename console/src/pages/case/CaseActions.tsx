import { Button, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import {
  IconArrowsExchange,
  IconCheck,
  IconChevronDown,
  IconEyeOff,
  IconMessage,
  IconUser,
} from '@tabler/icons-react';
import { acknowledgeCase, type CaseDetail, ignoreCase, noteOnCase, resolveCase } from '@/api/cases';
import { mayHandOver, mayWorkOn } from '@/api/role';
import { ask } from '@/parts/ask/ask';
import { useAct, useDo } from '@/parts/ask/useAct';
import { useKeys } from '@/parts/keys/useKeys';
import { useUser } from '@/parts/session/useSession';
import { AssignForm } from './AssignForm';
import { HandOverForm } from './HandOverForm';

// What the user may do with the case; another team's case can be taken over by hand-over only.
export function CaseActions({ one }: { one: CaseDetail }) {
  const user = useUser();
  const act = useAct();
  const run = useDo();
  const open = one.state === 'open' || one.state === 'acknowledged';
  const may = one.mine ?? mayWorkOn(user, one.team);

  const assign = () => {
    const id = modals.open({
      title: 'Assign',
      children: <AssignForm one={one} close={() => modals.close(id)} />,
    });
  };
  const handOver = () => {
    const id = modals.open({
      title: 'Hand over',
      children: <HandOverForm one={one} close={() => modals.close(id)} />,
    });
  };
  const acknowledge = () =>
    run(() => acknowledgeCase(one.id), 'Acknowledged. Others see that somebody looks at it.', ['cases']);
  const note = () =>
    ask({
      title: 'Add a note',
      action: 'Add',
      note: 'required',
      run: (text) => act(() => noteOnCase(one.id, { text }), 'Noted.', ['cases']),
    });
  const resolve = () =>
    ask({
      title: 'Resolve the case?',
      body:
        one.records_open > 0
          ? `${one.records_open} records are open in it; they stay as they are. Send them again first if they should still go.`
          : undefined,
      action: 'Resolve',
      note: 'optional',
      noteLabel: 'What it was',
      run: (text) => act(() => resolveCase(one.id, { note: text }), 'Resolved.', ['cases']),
    });
  const ignore = () =>
    ask({
      title: 'Ignore the case?',
      body: 'It is closed without being mended, and opens again when it happens again.',
      action: 'Ignore',
      danger: true,
      note: 'required',
      run: (text) =>
        act(() => ignoreCase(one.id, { note: text }), 'Ignored. It opens again when it happens again.', [
          'cases',
        ]),
    });

  useKeys(
    'This page',
    open && may
      ? [
          { keys: 'a', text: 'Assign', run: assign },
          { keys: 'n', text: 'Add a note', run: note },
          { keys: 'e', text: 'Resolve', run: resolve },
        ]
      : [],
  );

  if (!mayHandOver(user) || !open) return null;
  if (!may) {
    return (
      <Button variant="default" leftSection={<IconArrowsExchange size={16} aria-hidden />} onClick={handOver}>
        Take over…
      </Button>
    );
  }
  return (
    <>
      {one.state === 'open' && (
        <Button leftSection={<IconCheck size={16} aria-hidden />} onClick={acknowledge}>
          Acknowledge
        </Button>
      )}
      <Button variant="default" leftSection={<IconUser size={16} aria-hidden />} onClick={assign}>
        Assign
      </Button>
      <Button variant={one.state === 'acknowledged' ? 'filled' : 'default'} onClick={resolve}>
        Resolve
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={15} aria-hidden />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconMessage size={16} aria-hidden />} onClick={note}>
            Add a note…
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowsExchange size={16} aria-hidden />} onClick={handOver}>
            Hand over to another team…
          </Menu.Item>
          <Menu.Item leftSection={<IconEyeOff size={16} aria-hidden />} onClick={ignore}>
            Ignore…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
