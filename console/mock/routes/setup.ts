// What `tillbridge setup` would say, roughly: enough to see problems beside their fields.
import { ok, type Routes, refuse } from '../answer.ts';

const secrets = [
  'sitoo_api_password',
  'bloomreach_key_secret',
  'klaviyo_api_key',
  'events_password',
  'crm_password',
];

export const setupRoutes: Routes = {
  'POST /setup/preview': ({ body }) => {
    const answers = (body['answers'] ?? {}) as Record<string, unknown>;
    const text = (name: string, fallback = '') => String(answers[name] ?? fallback);
    if ('unknown' in answers) return refuse(400, 'invalid_input', "'unknown' is no question of the set-up");
    const problems: { step: string; field: string; what: string; fix: string }[] = [];
    const need = (step: string, field: string, fix: string) => {
      if (text(field) === '') problems.push({ step, field, what: 'is missing', fix });
    };
    need('company', 'workspace', 'write a short name, such as nordic');
    if (!/^https?:\/\/./.test(text('public_url')))
      problems.push({
        step: 'company',
        field: 'public_url',
        what: text('public_url') === '' ? 'is missing' : 'is no address',
        fix: 'write https://host, as Sitoo shall call it',
      });
    need('authentication', 'sitoo_base_url', 'write https://api.mysitoo.com/v2/accounts/1500');
    need('authentication', 'sitoo_api_id', 'write it as the back office shows it');
    need('authentication', 'sitoo_api_password', 'enter it');
    if (text('bloomreach', 'yes') === 'yes') {
      need('authentication', 'bloomreach_project_token', 'copy it from the project');
      need('authentication', 'bloomreach_key_id', 'copy it from the project');
      need('authentication', 'bloomreach_key_secret', 'enter it');
    }
    const mapping = (answers['mapping'] ?? []) as { to: string }[];
    if (mapping.some((one) => one.to === 'properties.'))
      problems.push({
        step: 'mapping',
        field: 'mapping',
        what: 'a target has no name',
        fix: 'write properties.NAME',
      });
    const workspace = text('workspace', '');
    const url = text('public_url').replace(/\/+$/, '');
    const made = ['events_password', 'crm_password'];
    return ok({
      toml: `# Written by tillbridge setup. What else can be set: packaging/tillbridge.sample.toml.
[hub]
data_dir = "${text('data_dir', '/var/lib/tillbridge')}"

[hub.listen]
port = ${text('port', '8080')}

[[workspace]]
name = "${workspace}"
zone = "${text('zone', 'Europe/Stockholm')}"

[workspace.sitoo]
base_url = "${text('sitoo_base_url')}"
api_id = "${text('sitoo_api_id')}"
api_password = { file = "/etc/tillbridge/${workspace}.sitoo_api_password.secret" }
`,
      problems,
      sitoo: {
        events_base_url: `${url}/sitoo/${workspace}`,
        events_user: text('events_user', 'sitoo-events'),
        ...(text('crm', 'yes') === 'yes'
          ? { crm_base_url: `${url}/crm/${workspace}`, crm_user: text('crm_user', 'sitoo-tills') }
          : {}),
      },
      secret_files: secrets
        .filter((name) => text(name) !== '' || made.includes(name))
        .map((name) => `/etc/tillbridge/${workspace}.${name}.secret`),
    });
  },
  'POST /validate': () =>
    ok({
      ok: false,
      workspace: 'nordic',
      test_customer: 'tillbridge-check-0412559812',
      steps: [
        {
          connection: 'sitoo',
          step: 'orders can be read',
          ok: true,
          skipped: false,
          detail: '3 orders of today',
          advice: '',
        },
        {
          connection: 'sitoo',
          step: 'events have come in',
          ok: true,
          skipped: true,
          detail: 'none yet',
          advice: '',
        },
        {
          connection: 'bloomreach',
          step: 'key',
          ok: true,
          skipped: false,
          detail: 'the key and its secret are accepted',
          advice: '',
        },
        {
          connection: 'bloomreach',
          step: 'customer creation',
          ok: false,
          skipped: false,
          detail: 'the property home_store_id was refused',
          advice: 'Give the API group the right Customer properties, Set, for home_store_id.',
        },
        {
          connection: 'klaviyo',
          step: 'profile created and found',
          ok: true,
          skipped: false,
          detail: 'visible after 3.2 s',
          advice: '',
        },
      ],
    }),
};
