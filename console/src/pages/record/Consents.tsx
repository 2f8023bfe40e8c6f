import type { Journey } from '@/api/records';
import { Facts, Panel } from '@/parts/frame/Panel';
import { sentence } from '@/parts/state/words';
import { TimeText } from '@/parts/time/TimeText';

export function Consents({ consents }: { consents: Journey['consents'] }) {
  if (consents.length === 0) return null;
  return (
    <Panel title="Consents of the customer">
      <Facts
        items={consents.map((consent) => [
          sentence(consent.channel),
          <span key={consent.channel}>
            {sentence(consent.state)}: {consent.address}
            <br />
            <span className="dim">
              {consent.source}, <TimeText at={consent.decided_at} />
            </span>
          </span>,
        ])}
      />
    </Panel>
  );
}
