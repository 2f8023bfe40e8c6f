import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type PreviewDelivery, previewQuery } from '@/api/records';
import { DiffView } from '@/parts/diff/DiffView';
import { Empty, Loaded } from '@/parts/frame/states';
import { ToneBadge } from '@/parts/state/StateBadge';
import { platformTitle } from '@/parts/state/words';
import classes from './Record.module.css';

// What would be sent now, with the settings of today, against what was sent.
export function PreviewView({ id }: { id: string }) {
  const query = useQuery(previewQuery(id));
  return (
    <Loaded query={query} lines={6}>
      {(preview) => (
        <Stack>
          {preview.notes.map((note) => (
            <Text key={note}>{note}</Text>
          ))}
          {preview.deliveries.length === 0 && (
            <Empty title="Nothing would be sent">
              With the settings of today this record plans no delivery.
            </Empty>
          )}
          {preview.deliveries.map((delivery) => (
            <PreviewOne key={`${delivery.connection} ${delivery.effect}`} delivery={delivery} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

export function PreviewOne({ delivery }: { delivery: PreviewDelivery }) {
  const parts = Math.max(delivery.sent.length, delivery.now.length);
  const word = delivery.same ? 'The same' : delivery.sent.length === 0 ? 'New' : 'Differs';
  return (
    <section>
      <div className={classes.attemptLine}>
        <strong>{platformTitle(delivery.connection)}</strong>
        <span className="dim">{delivery.effect}</span>
        <ToneBadge tone={delivery.same ? 'good' : 'warn'} word={word} />
      </div>
      {!delivery.same &&
        Array.from({ length: parts }, (_, i) => (
          <div key={i}>
            {parts > 1 && (
              <div className={classes.small}>
                Part {i + 1} of {parts}
              </div>
            )}
            <DiffView
              sent={delivery.sent[i] ?? ''}
              now={delivery.now[i] ?? ''}
              label={`${platformTitle(delivery.connection)}, part ${i + 1}: what was sent and what would be sent now`}
            />
          </div>
        ))}
    </section>
  );
}
