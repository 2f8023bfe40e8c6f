import { modals } from '@mantine/modals';
import { type BulkAct, type BulkFilter, bulkActWords } from '@/api/bulk';
import { BulkDialog } from './BulkDialog';

export interface BulkStart {
  act: BulkAct;
  filter: BulkFilter;
  about: string; // 'records of this case', 'records that match the filters'
  name: string; // proposed
}

// Estimate, name, confirm, progress, results: all in one dialog.
export function openBulk(start: BulkStart): void {
  const id = modals.open({
    title: `${bulkActWords[start.act]}: ${start.about}`,
    size: 'lg',
    closeOnClickOutside: false,
    children: <BulkDialog start={start} close={() => modals.close(id)} />,
  });
}
