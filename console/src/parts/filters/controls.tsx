import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useZone } from '../session/useSession';
import { instantOf, localOf } from '../time/zone';
import classes from './Filters.module.css';

// Text that filters while it is typed.
export function FilterText({
  label,
  value,
  onChange,
  placeholder,
  autoFocus = false,
  id,
  onEnter,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  placeholder?: string;
  autoFocus?: boolean;
  id?: string;
  onEnter?: (text: string) => void;
}) {
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  const tell = useDebouncedCallback(
    (next: string) => onChange(next.trim() === '' ? undefined : next.trim()),
    250,
  );
  return (
    <TextInput
      {...(id ? { id } : {})}
      type="search"
      aria-label={label}
      placeholder={placeholder ?? label}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={text}
      autoFocus={autoFocus}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          tell.flush();
          onEnter?.(text.trim());
        } else if (event.key === 'Escape') {
          event.currentTarget.blur();
        }
      }}
    />
  );
}

export interface Choice<V extends string> {
  value: V;
  label: string;
}

export function FilterChoice<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: V | undefined;
  options: readonly Choice<V>[];
  onChange: (value: V | undefined) => void;
}) {
  return (
    <NativeSelect
      className={classes.choice}
      aria-label={label}
      value={value ?? ''}
      data={[{ value: '', label: `${label}: any` }, ...options]}
      onChange={(event) => {
        const next = event.currentTarget.value;
        onChange(next === '' ? undefined : (next as V));
      }}
    />
  );
}

export function FilterFlag({
  label,
  value,
  onChange,
}: {
  label: string;
  value: true | undefined;
  onChange: (value: true | undefined) => void;
}) {
  return (
    <Switch
      label={label}
      checked={value === true}
      onChange={(event) => onChange(event.currentTarget.checked ? true : undefined)}
    />
  );
}

// A moment in store time; the URL holds the instant, so that a shared link means the same to everybody.
export function FilterTime({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const zone = useZone();
  const shown = value ? localOf(value, zone) : '';
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  return (
    <TextInput
      className={classes.time}
      type="datetime-local"
      aria-label={`${label} (store time)`}
      title={`${label}, store time (${zone})`}
      leftSection={<span className={classes.word}>{label}</span>}
      leftSectionWidth={48}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (text !== shown) onChange(text === '' ? undefined : (instantOf(text, zone) ?? undefined));
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}
