import { Button, NativeSelect, PasswordInput, Switch, TextInput } from '@mantine/core';
import { IconDice5 } from '@tabler/icons-react';
import { isAsked, madePassword, type Typed } from './answers';
import type { Field, Step } from './fields';
import classes from './SetUp.module.css';

type InputOrder = ('label' | 'input' | 'error' | 'description')[];

const zones: string[] = Intl.supportedValuesOf('timeZone');

export interface StepProps {
  typed: Typed;
  setText: (name: string, text: string) => void;
  errorAt: (field: string) => string | null;
}

export function StepFields({ step, ...props }: StepProps & { step: Step }) {
  const asked = step.fields.filter((one) => isAsked(props.typed, one));
  if (asked.length === 0) {
    return <p className="dim">Nothing is asked here: Bloomreach is not connected.</p>;
  }
  return (
    <div className={classes.fields}>
      {asked.map((one) => (
        <OneField key={one.name} field={one} {...props} />
      ))}
    </div>
  );
}

function OneField({ field, typed, setText, errorAt }: StepProps & { field: Field }) {
  const value = typed.texts[field.name] ?? '';
  const error = errorAt(field.name);
  const common = {
    id: `setup-${field.name}`,
    label: field.prompt,
    description: field.help || undefined,
    error,
    // Fields beside each other stay level, however long the help is.
    inputWrapperOrder: ['label', 'input', 'error', 'description'] as InputOrder,
  };
  if (field.kind === 'yes_no') {
    return (
      <Switch
        className={classes.wide ?? ''}
        id={common.id}
        label={common.label}
        description={common.description}
        error={error}
        checked={value === 'yes'}
        onChange={(event) => setText(field.name, event.currentTarget.checked ? 'yes' : 'no')}
      />
    );
  }
  if (field.choices) {
    return (
      <NativeSelect
        {...common}
        value={value}
        data={[...field.choices]}
        onChange={(event) => setText(field.name, event.currentTarget.value)}
      />
    );
  }
  if (field.kind === 'secret') {
    const ours = field.name === 'events_password' || field.name === 'crm_password';
    return (
      <div>
        <PasswordInput
          {...common}
          autoComplete="new-password"
          spellCheck={false}
          value={value}
          onChange={(event) => setText(field.name, event.currentTarget.value)}
        />
        {ours && (
          <Button
            mt={6}
            size="compact-sm"
            variant="default"
            leftSection={<IconDice5 size={14} aria-hidden />}
            onClick={() => setText(field.name, madePassword())}
          >
            Make one
          </Button>
        )}
      </div>
    );
  }
  return (
    <>
      <TextInput
        {...common}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        inputMode={field.kind === 'whole' ? 'numeric' : 'text'}
        placeholder={field.fallback}
        {...(field.name === 'zone' ? { list: 'setup-zones' } : {})}
        value={value}
        onChange={(event) => setText(field.name, event.currentTarget.value)}
      />
      {field.name === 'zone' && (
        <datalist id="setup-zones">
          {zones.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      )}
    </>
  );
}
