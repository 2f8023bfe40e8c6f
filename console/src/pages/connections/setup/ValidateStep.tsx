import { Alert, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { messageOf } from '@/api/client';
import { type Validation, validate } from '@/api/setup';
import { Panel } from '@/parts/frame/Panel';
import { useWorkspace } from '@/parts/session/useWorkspace';
import { ToneBadge } from '@/parts/state/StateBadge';
import { platformTitle, sentence } from '@/parts/state/words';
import { durationText } from '@/parts/time/format';
import classes from './SetUp.module.css';
import { byConnection, verdict } from './validation';

function Elapsed() {
  const [began] = useState(() => Date.now());
  const [now, setNow] = useState(began);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <>{durationText((now - began) / 1000)}</>;
}

// Tries everything through the running hub with a test customer.
export function ValidateStep() {
  const workspace = useWorkspace();
  const [within, setWithin] = useState('60');
  const [domain, setDomain] = useState('');
  const run = useMutation({
    mutationFn: () => validate({ workspace, visible_within_s: Number(within), email_domain: domain.trim() }),
  });
  return (
    <div className={classes.stack}>
      <Panel title={`Validate ${workspace}`}>
        <p className={classes.help}>
          The running hub tries every platform with a test customer, Tillbridge Check, and takes it away
          again. It also writes while a connection is in shadow or paused: that is when one wants to know.
        </p>
        <div className={classes.fields}>
          <NativeSelect
            label="Wait for what platforms show later"
            description="They write behind a queue"
            value={within}
            data={[
              { value: '60', label: 'a minute' },
              { value: '300', label: '5 minutes' },
              { value: '600', label: '10 minutes' },
              { value: '3600', label: 'an hour' },
            ]}
            onChange={(event) => setWithin(event.currentTarget.value)}
          />
          <TextInput
            label="Domain of the test address"
            description="Klaviyo drops test domains in silence"
            placeholder="tillbridge.dev"
            spellCheck={false}
            value={domain}
            onChange={(event) => setDomain(event.currentTarget.value)}
          />
        </div>
        <div className={classes.ruleActs}>
          <Button
            leftSection={<IconListCheck size={16} aria-hidden />}
            loading={run.isPending}
            onClick={() => run.mutate()}
          >
            Validate now
          </Button>
        </div>
        {run.isPending && (
          <p role="status">
            Trying the platforms, <Elapsed />. You may look at other pages meanwhile, but the result is shown
            here only.
          </p>
        )}
        {run.error && (
          <Alert color="red" role="alert" mt="md">
            {messageOf(run.error)}
          </Alert>
        )}
      </Panel>
      {run.data && !run.isPending && <Outcome found={run.data} />}
    </div>
  );
}

export function Outcome({ found }: { found: Validation }) {
  const said = verdict(found);
  return (
    <>
      <div className={classes.outcome} role="status">
        <ToneBadge tone={said.tone} word={said.word} />
        <span>{said.text}</span>
        <span className="dim">Test customer {found.test_customer}</span>
      </div>
      {byConnection(found.steps).map(([connection, steps]) => (
        <Panel key={connection} title={platformTitle(connection)}>
          {steps.map((step) => (
            <div key={step.step} className={classes.tried}>
              <span>
                <ToneBadge
                  tone={step.skipped ? 'quiet' : step.ok ? 'good' : 'bad'}
                  word={step.skipped ? 'Not tried' : step.ok ? 'Fine' : 'Failed'}
                />
              </span>
              <div>
                <strong>{sentence(step.step)}</strong>
                <div>{step.detail}</div>
                {!step.ok && step.advice && <p className={classes.advice}>{step.advice}</p>}
              </div>
            </div>
          ))}
        </Panel>
      ))}
    </>
  );
}
