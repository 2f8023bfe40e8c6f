import { ok, pageOf, type Routes, refuse } from '../answer.ts';

const first = `# Tillbridge: nordic
[hub]
data_dir = "/var/lib/tillbridge"

[[workspace]]
name = "nordic"
zone = "Europe/Stockholm"

[workspace.bloomreach]
mode = "live"
requests_per_second = 50
purchase_id_from = "order"

[workspace.klaviyo]
mode = "live"
api_key = { env = "KLAVIYO_API_KEY" }
key_from = "email"
value = "gross"
`;
const versions = [
  { version: 4, at: '2026-05-20T08:12:00.000Z', by: 'file', document: first.replace('50', '20') },
  { version: 5, at: '2026-06-01T13:40:00.000Z', by: 'anna', document: first.replace('gross', 'net') },
  { version: 6, at: '2026-06-11T07:02:00.000Z', by: 'anna', document: first },
];
// The hub starts anew after a change, and is not there for a moment.
let away = 0;
export const isStarting = (): boolean => Date.now() < away && Date.now() > away - 1200;
const newest = () => versions.at(-1) ?? { version: 0, at: '', by: '', document: '' };
const current = () => ({
  version: newest().version,
  document: newest().document,
  source: 'console',
  editable: true,
});
const add = (document: string, by: string) => {
  away = Date.now() + 1400;
  return versions.push({ version: newest().version + 1, at: new Date().toISOString(), by, document });
};

export const settingsRoutes: Routes = {
  'GET /settings': () => ok(current()),
  'GET /settings/versions': ({ query }) =>
    ok(
      pageOf(
        versions.toReversed().map(({ document: _d, ...row }) => row),
        query,
        (one) => String(one.version),
      ),
    ),
  'GET /settings/versions/*': ({ params }) => {
    const found = versions.find((one) => String(one.version) === params[0]);
    return found ? ok(found) : refuse(404, 'not_found', 'There is no such version.');
  },
  'POST /settings/check': ({ body }) => {
    const lines = String(body['document']).split('\n');
    const at = lines.findIndex((line) => /requests_per_second = (-|0)/.test(line));
    const warn = lines.findIndex((line) => line.includes('"shadow"'));
    const problems = [
      ...(at >= 0
        ? [
            {
              line: at + 1,
              key: 'workspace.bloomreach.requests_per_second',
              what: 'must be at least 1',
              fix: 'Write 1 or more.',
              warning: false,
            },
          ]
        : []),
      ...(warn >= 0
        ? [{ line: warn + 1, key: 'mode', what: 'nothing is sent in shadow mode', fix: '', warning: true }]
        : []),
    ];
    return ok({ ok: at < 0, problems });
  },
  'POST /settings/test': () =>
    ok({
      changed: 1,
      same: 19,
      records: [
        {
          record_id: '7205759403792793700',
          record_key: 'order/1048313',
          deliveries: [
            {
              connection: 'klaviyo',
              flow: 'sale_to_klaviyo',
              effect: 'Placed Order',
              sent: ['{"value":499.00}'],
              now: ['{"value":399.20}'],
              same: false,
            },
          ],
        },
      ],
    }),
  'PUT /settings': ({ body, user }) => {
    if (body['based_on'] !== newest().version) {
      return refuse(
        409,
        'rejected',
        `somebody else has changed the settings: version ${newest().version} is newest, not ${String(body['based_on'])}; look at theirs first`,
      );
    }
    add(String(body['document']), user?.name ?? '');
    return ok(current());
  },
  'POST /settings/roll-back': ({ body, user }) => {
    const old = versions.find((one) => one.version === body['version']);
    if (!old) return refuse(404, 'not_found', 'There is no such version.');
    add(old.document, user?.name ?? '');
    return ok(current());
  },
};
