import { Button, Stack, Tabs } from '@mantine/core';
import { IconKey, IconUserPlus } from '@tabler/icons-react';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { usersShape } from './filters';
import { openNewToken, TokenList } from './TokenList';
import { openNewUser } from './UserForm';
import { UserList } from './UserList';

export function UsersPage() {
  const [search, set] = useFilters(usersShape);
  const tab = search.tab ?? 'users';
  if (!useMay('administrator')) {
    return (
      <PageFrame title="Users">
        <Panel>
          <Empty title="Not for your role">Administrators look after users and tokens.</Empty>
        </Panel>
      </PageFrame>
    );
  }
  return (
    <PageFrame
      title="Users"
      lead="Who may sign in, what they may do, and the tokens of programs."
      actions={
        tab === 'users' ? (
          <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={openNewUser}>
            Add a user
          </Button>
        ) : (
          <Button leftSection={<IconKey size={16} aria-hidden />} onClick={openNewToken}>
            Make a token
          </Button>
        )
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => set({ tab: next === 'tokens' ? 'tokens' : undefined, user: undefined })}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="users">Users</Tabs.Tab>
          <Tabs.Tab value="tokens">Tokens</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="users">
          <Stack gap="md">
            <UserList />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <TokenList />
        </Tabs.Panel>
      </Tabs>
    </PageFrame>
  );
}
