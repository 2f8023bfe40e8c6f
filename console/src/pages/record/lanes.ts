import type { PlatformLane } from '@/api/records';
import { platformTitle } from '@/parts/state/words';

// The platforms of the plan; one that is not connected keeps its place, so that nobody wonders where it went.
const known = ['bloomreach', 'klaviyo', 'bigcommerce', 'commercetools'];

export interface Lane extends PlatformLane {
  connected: boolean;
}

export function lanesOf(platforms: readonly PlatformLane[]): Lane[] {
  const connected = platforms.map((platform) => ({ ...platform, connected: true }));
  const missing = known
    .filter((name) => !platforms.some((platform) => platform.connection === name))
    .map((name) => ({
      connection: name,
      title: platformTitle(name),
      state: 'not_connected',
      deliveries: [],
      connected: false,
    }));
  return [...connected, ...missing];
}
