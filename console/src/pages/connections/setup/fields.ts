// The questions of a set-up, in the words and the order of the hub (`tillbridge setup`, docs/setup.md).
export type Kind = 'text' | 'secret' | 'yes_no' | 'whole';
export interface Field {
  name: string;
  kind: Kind;
  prompt: string;
  help: string;
  fallback: string;
  when: string; // the question that must be answered with yes; "": always asked
  choices?: readonly string[];
}
export interface Step {
  name: string;
  title: string;
  help: string;
  fields: readonly Field[];
}

const field = (
  kind: Kind,
  name: string,
  prompt: string,
  help = '',
  fallback = '',
  when = '',
  choices?: readonly string[],
): Field => ({ kind, name, prompt, help, fallback, when, ...(choices ? { choices } : {}) });

export const steps: readonly Step[] = [
  {
    name: 'company',
    title: 'Company and market',
    help: 'One workspace is one retailer in one market. Further ones are added to the file by hand.',
    fields: [
      field(
        'text',
        'workspace',
        'Short name of the workspace',
        "Up to 32 of a-z, 0-9 and '-'; part of addresses, so it stays.",
      ),
      field('text', 'zone', 'Time zone', 'Business days end at its midnight.', 'Europe/Stockholm'),
      field(
        'text',
        'country',
        'Country',
        "Two capital letters; phones without + are read as this country's.",
        'SE',
      ),
      field(
        'text',
        'public_url',
        'Address of this hub for Sitoo',
        'What the outside calls, as https://hub.example.se: usually a reverse proxy with a certificate in front of the port.',
      ),
      field(
        'whole',
        'port',
        'Port for the platforms',
        'Where the reverse proxy reaches Tillbridge on this machine.',
        '8080',
      ),
      field(
        'whole',
        'control_port',
        'Port for operators',
        'For the command line and metrics; never open it to the internet.',
        '8081',
      ),
      field(
        'text',
        'data_dir',
        'Folder for the journal',
        'A local disk, never a network file system.',
        '/var/lib/tillbridge',
      ),
    ],
  },
  {
    name: 'authentication',
    title: 'Accounts at the platforms',
    help: 'Secrets go to files of their own on the hub’s machine. Here they are only looked at: nothing is written, and they are gone when you leave this page.',
    fields: [
      field(
        'text',
        'sitoo_base_url',
        'Sitoo’s API address',
        'The back office shows it under Settings, Sitoo REST API: https://.../v2/accounts/1500.',
      ),
      field(
        'whole',
        'sitoo_account_id',
        'Sitoo account',
        'The number at the end of the address; empty: it is taken from there.',
      ),
      field('whole', 'sitoo_site_id', 'Sitoo site', 'Orders of other sites are ignored.', '1'),
      field('text', 'sitoo_api_id', 'Sitoo API ID', 'Looks like 1500-142.'),
      field(
        'secret',
        'sitoo_api_password',
        'Sitoo API password',
        'Generated in the back office; a new one ends the old one.',
      ),
      field('yes_no', 'bloomreach', 'Send to Bloomreach', '', 'yes'),
      field(
        'text',
        'bloomreach_base_url',
        'Bloomreach API address',
        'Project settings, Access management, API shows it.',
        'https://api.exponea.com',
        'bloomreach',
      ),
      field('text', 'bloomreach_project_token', 'Project token', 'On the same page.', '', 'bloomreach'),
      field(
        'text',
        'bloomreach_key_id',
        'API Key ID',
        'Of a private API group; a new group has no rights at all.',
        '',
        'bloomreach',
      ),
      field('secret', 'bloomreach_key_secret', 'API Secret', 'Bloomreach shows it once.', '', 'bloomreach'),
      field(
        'text',
        'reference_currency',
        'Currency of the Bloomreach project',
        'Amounts are converted into it; rates of other currencies are added to the file.',
        'SEK',
        'bloomreach',
      ),
      field('yes_no', 'klaviyo', 'Send to Klaviyo', '', 'no'),
      field(
        'secret',
        'klaviyo_api_key',
        'Klaviyo private API key',
        'Begins with pk_; scopes of a key cannot be changed later.',
        '',
        'klaviyo',
      ),
    ],
  },
  {
    name: 'matching',
    title: 'Customer matching',
    help: 'One hard ID connects a customer of the till with one at Bloomreach. It cannot be changed later without making everybody a second time.',
    fields: [
      field(
        'text',
        'hard_id',
        'Hard ID type of the Bloomreach project',
        'Project settings, Customer IDs; case counts.',
        'registered',
        'bloomreach',
      ),
      field(
        'text',
        'hard_id_from',
        'Its value at the till',
        'E-mail is the most common choice; a number that never changes is the safest. With rules of your own in the next step, the rule for the hard ID says it.',
        'crm_customer_id',
        'bloomreach',
        ['crm_customer_id', 'crm_member_number', 'email', 'phone'],
      ),
    ],
  },
  {
    name: 'mapping',
    title: 'Property mapping',
    help: 'Which field of a customer is which property or ID at Bloomreach, in both directions. Without rules the documented ones hold; with rules they are all there is.',
    fields: [],
  },
  {
    name: 'consents',
    title: 'Consents',
    help: 'What customers are asked about marketing at the till, and what holds for new customers of whom the till says nothing.',
    fields: [],
  },
  {
    name: 'webhooks',
    title: 'What Sitoo sends here',
    help: 'Sitoo tells about each order, and its tills ask for customers. Both use credentials that are made here, never the API’s.',
    fields: [
      field('text', 'events_user', 'User that Sitoo sends with its events', '', 'sitoo-events'),
      field('secret', 'events_password', 'Its password', 'Not the API’s.'),
      field(
        'yes_no',
        'crm',
        'Tills search and keep customers here',
        'Sitoo’s CRM SPI: the tills’ customer register, with the consents.',
        'yes',
      ),
      field('text', 'crm_user', 'User that tills send', '', 'sitoo-tills', 'crm'),
      field('secret', 'crm_password', 'Its password', 'Not the API’s.', '', 'crm'),
    ],
  },
];

export const allFields: readonly Field[] = steps.flatMap((step) => step.fields);

// Fields of a customer at the till, for mapping rules.
export const customerFields = [
  'customer_id',
  'member_number',
  'email',
  'phone',
  'first_name',
  'last_name',
  'street',
  'street2',
  'zip',
  'city',
  'state',
  'country',
  'gender',
  'birthday',
  'personal_id',
  'company',
  'home_store',
] as const;
export const transforms = ['trim', 'lower', 'upper', 'title', 'e164', 'date', 'digits'] as const;
