import { Alert, Button, NativeSelect, UnstyledButton } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { Link, useBlocker } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { messageOf } from '@/api/client';
import { type SetupPreview, setupPreview } from '@/api/setup';
import { useFilters } from '@/parts/filters/useFilters';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { setupShape } from './filters';
import { answersOf, nothingTyped, problemsByStep, type Typed } from './setup/answers';
import { steps } from './setup/fields';
import { ResultStep } from './setup/ResultStep';
import { ConsentStep, MappingStep } from './setup/RuleSteps';
import classes from './setup/SetUp.module.css';
import { StepFields } from './setup/StepFields';
import { ValidateStep } from './setup/ValidateStep';

const order = [...steps.map((step) => step.name), 'result', 'validate'];
const titles: Record<string, string> = {
  ...Object.fromEntries(steps.map((step) => [step.name, step.title])),
  result: 'Result',
  validate: 'Validate',
};

export function SetUpPage() {
  if (!useMay('administrator')) {
    return (
      <PageFrame title="Set up" above={<Link to="/connections">Connections</Link>}>
        <Panel>
          <Empty title="Not for your role">Administrators set up connections.</Empty>
        </Panel>
      </PageFrame>
    );
  }
  return <Wizard />;
}

function Wizard() {
  const [search, set] = useFilters(setupShape);
  const at = search.step ?? 'company';
  const step = steps.find((one) => one.name === at);
  const [typed, setTyped] = useState<Typed>(nothingTyped);
  const [touched, setTouched] = useState(false);
  // Steps that were left once: only these say what is wrong.
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [preview, setPreview] = useState<SetupPreview | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const newest = useRef(0);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      touched &&
      current.pathname !== next.pathname &&
      !window.confirm('Leave? What you entered is not kept.'),
    enableBeforeUnload: touched,
  });

  const change = (wish: (old: Typed) => Typed) => {
    setTouched(true);
    setTyped(wish);
  };
  const check = async (): Promise<SetupPreview | null> => {
    const mine = ++newest.current;
    setBusy(true);
    setError(null);
    try {
      const made = await setupPreview(answersOf(typed));
      if (mine === newest.current) setPreview(made);
      return made;
    } catch (failure) {
      if (mine === newest.current) setError(messageOf(failure));
      return null;
    } finally {
      if (mine === newest.current) setBusy(false);
    }
  };
  const problems = problemsByStep(preview?.problems ?? []);
  const shownAt = (name: string) => (left.has(name) || left.has('result') ? problems.get(name) : undefined);
  const goTo = (name: string) => {
    setLeft((old) => new Set([...old, at, ...(name === 'result' ? ['result'] : [])]));
    set({ step: name as typeof search.step });
    window.scrollTo({ top: 0 });
    if (name !== 'validate') void check();
  };
  const next = async () => {
    setLeft((old) => new Set([...old, at]));
    const made = await check();
    const wrong = problemsByStep(made?.problems ?? []).get(at);
    if (made === null || (wrong?.count ?? 0) > 0) {
      const first = [...(wrong?.fields.keys() ?? [])][0];
      document.getElementById(`setup-${first}`)?.focus();
      return;
    }
    goTo(order[order.indexOf(at) + 1] ?? 'result');
  };
  const here = shownAt(at);
  return (
    <PageFrame
      title="Set up"
      above={<Link to="/connections">Connections</Link>}
      lead="Asks for what a workspace needs and makes its configuration. Nothing is written: you put the result on the hub’s machine."
    >
      <div className={classes.frame}>
        <nav aria-label="Steps">
          <NativeSelect
            className={classes.stepChoice ?? ''}
            aria-label="Step"
            value={at}
            data={order.map((name, i) => {
              const wrong = shownAt(name)?.count ?? 0;
              const end = wrong > 0 ? ` (${wrong} to solve)` : '';
              return { value: name, label: `${i + 1} of ${order.length}: ${titles[name]}${end}` };
            })}
            onChange={(event) => goTo(event.currentTarget.value)}
          />
          <div className={classes.stepList}>
            <Panel>
              <ol className={classes.steps}>
                {order.map((name, i) => {
                  const wrong = shownAt(name)?.count ?? 0;
                  return (
                    <li key={name}>
                      <UnstyledButton
                        aria-current={name === at ? 'step' : undefined}
                        onClick={() => goTo(name)}
                      >
                        <span className={classes.number}>{i + 1}</span>
                        <span className={classes.stepTitle}>
                          {titles[name]}
                          {wrong > 0 && <span className={classes.bad}>{wrong} to solve</span>}
                        </span>
                        {wrong > 0 ? null : left.has(name) && preview !== null && i < steps.length ? (
                          <span className={classes.good}>
                            <IconCheck size={16} aria-label="Fine" />
                          </span>
                        ) : null}
                      </UnstyledButton>
                    </li>
                  );
                })}
              </ol>
            </Panel>
          </div>
        </nav>
        <div className={classes.stack}>
          {error !== null && (
            <Alert color="red" role="alert">
              {error}
            </Alert>
          )}
          {step && (
            <form
              className={classes.stack}
              autoComplete="off"
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                void next();
              }}
            >
              <Panel title={step.title}>
                <p className={classes.help}>{step.help}</p>
                {here && here.others.length > 0 && (
                  <ul className={classes.others} role="alert">
                    {here.others.map((text) => (
                      <li key={text}>{text}</li>
                    ))}
                  </ul>
                )}
                {step.name === 'mapping' ? (
                  <MappingStep
                    typed={typed}
                    setMapping={(mapping) => change((old) => ({ ...old, mapping }))}
                  />
                ) : step.name === 'consents' ? (
                  <ConsentStep
                    typed={typed}
                    setConsents={(consents) => change((old) => ({ ...old, consents }))}
                  />
                ) : (
                  <StepFields
                    step={step}
                    typed={typed}
                    setText={(name, text) =>
                      change((old) => ({ ...old, texts: { ...old.texts, [name]: text } }))
                    }
                    errorAt={(name) => here?.fields.get(name) ?? null}
                  />
                )}
              </Panel>
              <div className={classes.foot}>
                <Button
                  variant="default"
                  disabled={order.indexOf(at) === 0}
                  onClick={() => goTo(order[order.indexOf(at) - 1] ?? 'company')}
                >
                  Back
                </Button>
                <Button type="submit" loading={busy}>
                  {order[order.indexOf(at) + 1] === 'result' ? 'Show the result' : 'Next'}
                </Button>
              </div>
            </form>
          )}
          {at === 'result' && <ResultStep preview={preview} problems={problems} typed={typed} goTo={goTo} />}
          {at === 'validate' && <ValidateStep />}
        </div>
      </div>
    </PageFrame>
  );
}
