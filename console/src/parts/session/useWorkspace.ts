import { chosenWorkspace } from '@/api/client';
import { useSession } from './useSession';

// The name of the workspace that this page shows: the chosen one, or the only one.
export function useWorkspace(): string {
  const { workspaces } = useSession();
  return chosenWorkspace() ?? workspaces[0]?.name ?? '';
}
