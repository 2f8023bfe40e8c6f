import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { settingsQuery } from '@/api/settings';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty, Loaded } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { DocumentTab } from './DocumentTab';
import { settingsShape } from './filters';
import { useTakeUp } from './useTakeUp';
import { VersionsTab } from './VersionsTab';

export function SettingsPage() {
  if (!useMay('administrator')) {
    return (
      <PageFrame title="Settings">
        <Panel>
          <Empty title="Not for your role">Administrators change the settings.</Empty>
        </Panel>
      </PageFrame>
    );
  }
  return <Settings />;
}

function Settings() {
  const [search, set] = useFilters(settingsShape);
  const query = useQuery(settingsQuery);
  const { takeUp, dialog } = useTakeUp();
  return (
    <PageFrame
      title="Settings"
      lead="How this workspace reads, plans and sends, without secrets. Each change is a version with a note; any can be taken back."
    >
      <Loaded query={query} lines={12}>
        {(settings) => (
          <Tabs
            value={search.tab ?? 'document'}
            // What was written is still there when one comes back from the versions.
            keepMounted
            onChange={(next) => set({ tab: next === 'versions' ? 'versions' : undefined })}
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="document">Document</Tabs.Tab>
              <Tabs.Tab value="versions">Versions</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="document">
              <DocumentTab settings={settings} takeUp={takeUp} />
            </Tabs.Panel>
            <Tabs.Panel value="versions">
              {search.tab === 'versions' && <VersionsTab settings={settings} takeUp={takeUp} />}
            </Tabs.Panel>
          </Tabs>
        )}
      </Loaded>
      {dialog}
    </PageFrame>
  );
}
