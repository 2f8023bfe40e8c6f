import { Checkbox, Radio, Stack } from '@mantine/core';
import type { Role } from '@/api/session';
import { useSession } from '@/parts/session/useSession';
import { sentence } from '@/parts/state/words';
import { roles } from './rules';
import classes from './Users.module.css';

export function RoleField({
  value,
  onChange,
  disabled = null,
}: {
  value: Role;
  onChange: (role: Role) => void;
  disabled?: string | null;
}) {
  return (
    <Radio.Group
      label="Role"
      value={value}
      onChange={(next) => onChange(next as Role)}
      {...(disabled ? { description: disabled } : {})}
    >
      <Stack gap={6} mt={6}>
        {roles.map((one) => (
          <Radio
            key={one.value}
            value={one.value}
            label={one.label}
            description={one.may}
            disabled={disabled !== null}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

export function TeamsField({ value, onChange }: { value: string[]; onChange: (teams: string[]) => void }) {
  const { teams } = useSession();
  const all = [...new Set([...teams, ...value])];
  return (
    <fieldset className={classes.group}>
      <legend>Teams</legend>
      <div className={classes.boxes}>
        {all.map((team) => (
          <Checkbox
            key={team}
            label={sentence(team)}
            checked={value.includes(team)}
            onChange={(event) =>
              onChange(event.currentTarget.checked ? [...value, team] : value.filter((one) => one !== team))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
