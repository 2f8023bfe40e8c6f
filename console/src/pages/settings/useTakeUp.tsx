import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { get } from '@/api/client';
import { type Session, sessionQuery } from '@/api/session';
import { readSettings, type Settings } from '@/api/settings';
import { tell } from '@/parts/ask/useAct';
import { untilTakenUp } from './saving';

const hub = {
  session: (signal: AbortSignal) => get<Session>('/session', undefined, signal),
  settings: (signal: AbortSignal) => readSettings(signal),
};

// After a new version was stored: waits for the hub, which starts anew with it, and says so meanwhile.
export function useTakeUp(): { takeUp: (saved: Settings) => Promise<void>; dialog: ReactNode } {
  const queries = useQueryClient();
  const [waiting, setWaiting] = useState<{ saved: Settings; late: boolean } | null>(null);
  const takeUp = async (saved: Settings) => {
    setWaiting({ saved, late: false });
    const became = await untilTakenUp(hub, saved.document);
    if (became === 'late') {
      setWaiting({ saved, late: true });
      return;
    }
    setWaiting(null);
    await queries.invalidateQueries(sessionQuery);
    if (became === 'signed_out') return;
    tell(`Version ${saved.version} is in use.`);
    void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  };
  const dialog = (
    <Modal
      opened={waiting !== null}
      onClose={() => setWaiting(null)}
      title="Taking up the new settings"
      withCloseButton={waiting?.late ?? false}
      closeOnEscape={waiting?.late ?? false}
      closeOnClickOutside={false}
    >
      {waiting?.late ? (
        <Stack>
          <Text>
            Version {waiting.saved.version} is stored, but the hub has not said for a minute that it uses it.
            Its log says why.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setWaiting(null)}>
              Close
            </Button>
            <Button onClick={() => void takeUp(waiting.saved)}>Look again</Button>
          </Group>
        </Stack>
      ) : (
        <div role="status">
          <Group wrap="nowrap" align="flex-start">
            <Loader size={22} aria-hidden />
            <Text>
              Version {waiting?.saved.version} is stored. The hub starts anew with it, which takes about a
              second. Tills and platforms are answered again right after; nothing is lost.
            </Text>
          </Group>
        </div>
      )}
    </Modal>
  );
  return { takeUp, dialog };
}
