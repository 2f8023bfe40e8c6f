import { Alert, Button, Group, Stack, Switch, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type Account,
  accountsQuery,
  addAccount,
  changeAccount,
  newPassword,
  removeAccount,
} from '@/api/accounts';
import { messageOf } from '@/api/client';
import { ask } from '@/parts/ask/ask';
import { tell } from '@/parts/ask/useAct';
import { Facts } from '@/parts/frame/Panel';
import { useUser } from '@/parts/session/useSession';
import { TimeText } from '@/parts/time/TimeText';
import { RoleField, TeamsField } from './fields';
import { emailProblem, nameProblem, refusalOf } from './rules';
import { showSecret } from './SecretOnce';
import classes from './Users.module.css';

export function openNewUser(): void {
  const id = modals.open({ title: 'Add a user', children: <NewUserForm close={() => modals.close(id)} /> });
}

function NewUserForm({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const [wish, setWish] = useState({
    name: '',
    display: '',
    email: '',
    role: 'operator' as Account['role'],
    teams: [] as string[],
  });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const nameWrong = nameProblem(wish.name);
  const emailWrong = emailProblem(wish.email);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameWrong || emailWrong || busy) return;
    setBusy(true);
    setError(null);
    try {
      const made = await addAccount({
        ...wish,
        name: wish.name.trim(),
        display: wish.display.trim() || wish.name.trim(),
        email: wish.email.trim(),
      });
      void queries.invalidateQueries(accountsQuery);
      close();
      if (made.password) {
        showSecret({
          title: `First password of ${made.user.display || made.user.name}`,
          lead: 'Give it to them in a way that you trust. They choose one of their own when they sign in.',
          secret: made.password,
        });
      }
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Name to sign in with"
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          value={wish.name}
          error={tried ? nameWrong : null}
          onChange={(event) => setWish({ ...wish, name: event.currentTarget.value })}
        />
        <TextInput
          label="Full name"
          autoComplete="off"
          value={wish.display}
          onChange={(event) => setWish({ ...wish, display: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="off"
          value={wish.email}
          error={tried ? emailWrong : null}
          onChange={(event) => setWish({ ...wish, email: event.currentTarget.value })}
        />
        <RoleField value={wish.role} onChange={(role) => setWish({ ...wish, role })} />
        <TeamsField value={wish.teams} onChange={(teams) => setWish({ ...wish, teams })} />
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function UserDetails({
  account,
  all,
  close,
}: {
  account: Account;
  all: readonly Account[];
  close: () => void;
}) {
  const queries = useQueryClient();
  const me = useUser().name;
  const [wish, setWish] = useState({
    display: account.display,
    email: account.email ?? '',
    role: account.role,
    teams: account.teams,
    disabled: account.disabled,
  });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const outside = account.source === 'single_sign_on';
  const refresh = () => queries.invalidateQueries(accountsQuery);
  const emailWrong = emailProblem(wish.email);
  const noDisable = refusalOf(account, all, me, 'disable');
  const noRemove = refusalOf(account, all, me, 'remove');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (emailWrong || busy) return;
    setBusy(true);
    setError(null);
    try {
      await changeAccount(account.name, { ...wish, display: wish.display.trim(), email: wish.email.trim() });
      tell('Saved. It holds from their next click on.');
      await refresh();
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  const reset = () =>
    ask({
      title: `Make a new first password for ${account.display || account.name}?`,
      body: 'The present one ends at once, and so do their sessions. They choose one of their own when they sign in.',
      action: 'Make a new one',
      run: async () => {
        const { password } = await newPassword(account.name);
        // After the question has closed.
        setTimeout(() =>
          showSecret({
            title: `First password of ${account.display || account.name}`,
            lead: 'Give it to them in a way that you trust.',
            secret: password,
          }),
        );
      },
    });
  const removeIt = () =>
    ask({
      title: `Remove ${account.display || account.name}?`,
      body: 'They cannot sign in any more. What they did stays in the audit under their name. To keep the account for later, disable it instead.',
      action: 'Remove',
      danger: true,
      typed: account.name,
      run: async () => {
        await removeAccount(account.name);
        tell(`${account.display || account.name} is removed.`);
        await refresh();
        close();
      },
    });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <Facts
          items={[
            ['Name', account.name],
            ['Signs in with', outside ? 'single sign-on' : 'a password'],
            ['Last seen', account.last_seen_at ? <TimeText key="seen" at={account.last_seen_at} /> : 'never'],
            ...(account.must_change_password
              ? ([['Password', 'the first one, not changed yet']] as const)
              : []),
          ]}
        />
        {outside && (
          <Alert color="gray">
            Role and teams come from the company&apos;s accounts at each sign-in, by the rules of
            [hub.single_sign_on].
          </Alert>
        )}
        <TextInput
          label="Full name"
          value={wish.display}
          onChange={(event) => setWish({ ...wish, display: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail"
          type="email"
          value={wish.email}
          error={emailWrong}
          onChange={(event) => setWish({ ...wish, email: event.currentTarget.value })}
        />
        <RoleField
          value={wish.role}
          disabled={refusalOf(account, all, me, 'lower')}
          onChange={(role) => setWish({ ...wish, role })}
        />
        <TeamsField value={wish.teams} onChange={(teams) => setWish({ ...wish, teams })} />
        <Switch
          label="Disabled: cannot sign in"
          description={noDisable}
          checked={wish.disabled}
          disabled={noDisable !== null && !wish.disabled}
          onChange={(event) => setWish({ ...wish, disabled: event.currentTarget.checked })}
        />
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <div className={classes.acts}>
          <Button type="submit" loading={busy}>
            Save
          </Button>
          {!outside && (
            <Button variant="default" onClick={reset}>
              New first password…
            </Button>
          )}
          <Button variant="subtle" color="red" disabled={noRemove !== null} onClick={removeIt}>
            Remove…
          </Button>
        </div>
        {noRemove !== null && <p className={classes.small}>{noRemove}</p>}
      </Stack>
    </form>
  );
}
