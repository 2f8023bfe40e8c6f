import { Tabs } from '@mantine/core';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { useMay } from '@/parts/session/useSession';
import { AlertList } from './AlertList';
import { AlertSettingsPanel } from './AlertSettingsPanel';
import { alertsShape } from './filters';

export function AlertsPage() {
  const [search, set] = useFilters(alertsShape);
  const mayAdminister = useMay('administrator');
  const tab = mayAdminister ? (search.tab ?? 'alerts') : 'alerts';
  return (
    <PageFrame
      title="Alerts"
      lead="What has changed for the worse. One cause, one alert; a notice says when it is over."
    >
      {mayAdminister ? (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(next) => set({ tab: next === 'settings' ? 'settings' : undefined })}
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="alerts">Alerts</Tabs.Tab>
            <Tabs.Tab value="settings">Notices and limits</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="alerts">
            <AlertList />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <AlertSettingsPanel />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <AlertList />
      )}
    </PageFrame>
  );
}
