import { Kbd, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { rememberSearch } from '@/parts/filters/recent';
import { searchBoxId } from '@/parts/filters/searchBox';
import classes from './Shell.module.css';

// From every page: a receipt, an order, an e-mail address, a phone number, an event.
export function SearchBox() {
  const shown = (useSearch({ strict: false }) as { text?: string }).text ?? '';
  const [text, setText] = useState(shown);
  const navigate = useNavigate();
  useEffect(() => setText(shown), [shown]);
  return (
    <form
      aria-label="Search"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = text.trim();
        rememberSearch(wanted);
        void navigate({ to: '/search', search: wanted === '' ? {} : { text: wanted } });
      }}
    >
      <TextInput
        id={searchBoxId}
        type="search"
        aria-label="Search records"
        placeholder="Receipt, order, e-mail, phone…"
        autoComplete="off"
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          <Kbd aria-hidden className={classes.slash}>
            /
          </Kbd>
        }
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </form>
  );
}
