import { useState } from 'react';
import { BulkConfirm } from './BulkConfirm';
import { BulkProgress } from './BulkProgress';
import type { BulkStart } from './openBulk';

export function BulkDialog({ start, close }: { start: BulkStart; close: () => void }) {
  const [id, setId] = useState<string | null>(null);
  return id === null ? (
    <BulkConfirm start={start} close={close} begun={setId} />
  ) : (
    <BulkProgress id={id} close={close} />
  );
}
