import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import {
  type ConsentRow,
  documentedMapping,
  isYes,
  type MappingRow,
  newConsent,
  newMapping,
  type Typed,
} from './answers';
import { customerFields, transforms } from './fields';
import classes from './SetUp.module.css';

const fixed = 'fixed';
const joined = 'first_name, last_name';

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="red" size="lg" aria-label={label} onClick={onClick}>
      <IconTrash size={17} aria-hidden />
    </ActionIcon>
  );
}

export function MappingStep({
  typed,
  setMapping,
}: {
  typed: Typed;
  setMapping: (rows: MappingRow[]) => void;
}) {
  if (!isYes(typed, 'bloomreach')) {
    return <p className="dim">Nothing is asked here: Bloomreach is not connected.</p>;
  }
  const rows = typed.mapping;
  const change = (key: number, wish: Partial<MappingRow>) =>
    setMapping(rows.map((row) => (row.key === key ? { ...row, ...wish } : row)));
  return (
    <>
      {rows.length === 0 && <p className="dim">No rules: the documented mapping holds.</p>}
      {rows.map((row, i) => (
        <fieldset key={row.key} className={classes.rule} aria-label={`Rule ${i + 1}`}>
          <NativeSelect
            label="From"
            value={row.from === '' ? fixed : row.from}
            data={[...customerFields, joined, { value: fixed, label: 'a fixed text' }]}
            onChange={(event) => {
              const from = event.currentTarget.value;
              change(row.key, { from: from === fixed ? '' : from });
            }}
          />
          {row.from === '' && (
            <TextInput
              label="Text"
              value={row.constant}
              onChange={(event) => change(row.key, { constant: event.currentTarget.value })}
            />
          )}
          <TextInput
            label="To"
            placeholder="properties.first_name"
            spellCheck={false}
            value={row.to}
            onChange={(event) => change(row.key, { to: event.currentTarget.value })}
          />
          {row.from !== '' && (
            <TextInput
              label="Transform"
              placeholder="trim, title"
              title={`In this order, of: ${transforms.join(', ')}`}
              list="setup-transforms"
              spellCheck={false}
              value={row.transform}
              onChange={(event) => change(row.key, { transform: event.currentTarget.value })}
            />
          )}
          <Remove
            label={`Remove rule ${i + 1}`}
            onClick={() => setMapping(rows.filter((one) => one.key !== row.key))}
          />
        </fieldset>
      ))}
      <datalist id="setup-transforms">
        {transforms.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <div className={classes.ruleActs}>
        <Button
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={() => setMapping([...rows, newMapping()])}
        >
          Add a rule
        </Button>
        {rows.length === 0 ? (
          <Button
            variant="subtle"
            onClick={() =>
              setMapping(
                documentedMapping(typed.texts['hard_id'] ?? 'registered', typed.texts['hard_id_from'] ?? ''),
              )
            }
          >
            Begin with the documented ones
          </Button>
        ) : (
          <Button variant="subtle" onClick={() => setMapping([])}>
            No rules of our own
          </Button>
        )}
      </div>
    </>
  );
}

export function ConsentStep({
  typed,
  setConsents,
}: {
  typed: Typed;
  setConsents: (rows: ConsentRow[]) => void;
}) {
  if (!isYes(typed, 'crm')) {
    return (
      <p className="dim">
        Consents are asked at the till, which needs the customer register: say yes to it in the next step.
      </p>
    );
  }
  const rows = typed.consents;
  const change = (key: number, wish: Partial<ConsentRow>) =>
    setConsents(rows.map((row) => (row.key === key ? { ...row, ...wish } : row)));
  return (
    <>
      {rows.length === 0 && <p className="dim">Staff are not asked for consents.</p>}
      {rows.map((row, i) => (
        <fieldset key={row.key} className={classes.rule} aria-label={`Consent ${i + 1}`}>
          <TextInput
            label="ID"
            placeholder="newsletter"
            spellCheck={false}
            value={row.id}
            onChange={(event) => change(row.key, { id: event.currentTarget.value })}
          />
          <TextInput
            label="Label at the till"
            value={row.label}
            onChange={(event) => change(row.key, { label: event.currentTarget.value })}
          />
          <NativeSelect
            label="The till’s switch"
            value={row.channel}
            data={['email', 'sms', 'mail', { value: '', label: 'none' }]}
            onChange={(event) => change(row.key, { channel: event.currentTarget.value })}
          />
          <NativeSelect
            label="New customers"
            value={row.default}
            data={['no', 'yes']}
            onChange={(event) => change(row.key, { default: event.currentTarget.value as 'yes' | 'no' })}
          />
          <TextInput
            label="Bloomreach category"
            spellCheck={false}
            value={row.bloomreach}
            onChange={(event) => change(row.key, { bloomreach: event.currentTarget.value })}
          />
          <NativeSelect
            label="Klaviyo"
            value={row.klaviyo}
            data={[{ value: '', label: 'not there' }, 'email', 'sms']}
            onChange={(event) => change(row.key, { klaviyo: event.currentTarget.value })}
          />
          <Remove
            label={`Remove consent ${i + 1}`}
            onClick={() => setConsents(rows.filter((one) => one.key !== row.key))}
          />
        </fieldset>
      ))}
      <div className={classes.ruleActs}>
        <Button
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={() => setConsents([...rows, newConsent()])}
        >
          Add a consent
        </Button>
      </div>
    </>
  );
}
