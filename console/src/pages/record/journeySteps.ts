import type { Journey } from '@/api/records';
import { lookOf, platformTitle, sentence, type Tone } from '@/parts/state/words';

export interface Step {
  key: string;
  at: string;
  text: string;
  more: string;
  tone: Tone;
  arrival?: string; // id, when its content can be opened
}

// Everything that happened to the record, oldest first: arrivals, notes, attempts, cases.
export function stepsOf(journey: Journey): Step[] {
  const steps: Step[] = [];
  for (const arrival of journey.arrivals) {
    const look = lookOf('arrival', arrival.state);
    steps.push({
      key: `arrival ${arrival.id}`,
      at: arrival.received_at,
      text: `Arrived from ${platformTitle(arrival.connection)} as ${arrival.source}`,
      more: [arrival.subject, look.word.toLowerCase(), arrival.reason].filter(Boolean).join(', '),
      tone: look.tone,
      arrival: arrival.id,
    });
  }
  journey.notes.forEach((note, i) => {
    steps.push({ key: `note ${i}`, at: note.at, text: sentence(note.text), more: '', tone: 'quiet' });
  });
  for (const platform of journey.platforms) {
    for (const delivery of platform.deliveries) {
      for (const attempt of delivery.attempts) {
        const look = lookOf('attempt', attempt.outcome);
        steps.push({
          key: `attempt ${delivery.id} ${attempt.number}`,
          at: attempt.at,
          text: `${platform.title}: ${look.word.toLowerCase()}, attempt ${attempt.number} (${attempt.trigger})`,
          more: [delivery.effect, attempt.http_status || null, attempt.reason].filter(Boolean).join(', '),
          tone: look.tone,
        });
      }
    }
  }
  for (const one of journey.cases) {
    steps.push({
      key: `case ${one.id}`,
      at: one.opened_at,
      text: `Case opened: ${one.title}`,
      more: one.reason ?? '',
      tone: 'warn',
    });
    if (one.closed_at) {
      steps.push({
        key: `closed ${one.id}`,
        at: one.closed_at,
        text: `Case closed: ${one.title}`,
        more: one.note ?? '',
        tone: 'good',
      });
    }
  }
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
