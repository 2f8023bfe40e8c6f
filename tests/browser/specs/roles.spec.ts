import { askAs, expect, heading, hub, journeyOf, openCase, parked, test } from './town';

async function aCaseOfMarketing() {
  const [order = ''] = await parked([5001 + (Date.now() % 900)]);
  const found = await openCase('rejected_delivery');
  if (found.team !== 'marketing')
    await hub('POST', `/cases/${found.id}/hand-over`, { team: 'marketing', note: 'for this test' });
  return { order, id: found.id as string, title: found.title as string };
}

test('a viewer sees everything and can do nothing', async ({ desk }) => {
  const { order, id } = await aCaseOfMarketing();
  const record = (await journeyOf(order)).record.id as string;
  const page = await desk.as('vera');
  await page.goto(`/records/${record}`);
  await expect(heading(page, new RegExp(order))).toBeVisible();
  for (const name of ['Send again', 'Preview', /^Actions for/])
    await expect(page.getByRole('button', { name })).toHaveCount(0);
  await page.getByRole('button', { name: 'More' }).first().click();
  await expect(page.getByRole('menuitem', { name: /Rebuild|Attribute/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.goto(`/cases/${id}`);
  await expect(page.getByRole('heading', { level: 2, name: 'History' })).toBeVisible();
  for (const name of ['Acknowledge', 'Assign', 'Resolve', 'Take over…', 'Send all again…'])
    await expect(page.getByRole('button', { name })).toHaveCount(0);
  const pages = page.getByRole('navigation', { name: 'Pages' }).first();
  await expect(pages.getByRole('link', { name: 'Handbook' })).toBeVisible();
  for (const name of ['Privacy', 'Audit', 'Users', 'Settings'])
    await expect(pages.getByRole('link', { name })).toHaveCount(0);

  const tried: [string, string, unknown?][] = [
    ['POST', `/records/${record}/send-again`, {}],
    ['POST', `/records/${record}/rebuild`, { note: 'n' }],
    ['GET', `/records/${record}/preview`],
    ['POST', `/cases/${id}/acknowledge`, {}],
    ['POST', '/bulk/estimate', { act: 'send_again', filter: { case: id } }],
    ['POST', '/workspaces/demo/connections/klaviyo/pause', {}],
    ['GET', '/audit'],
    ['GET', '/users'],
    ['GET', '/settings'],
    ['POST', '/privacy/find', { email: 'a@b.example' }],
  ];
  for (const [method, path, body] of tried)
    expect((await askAs('vera', method, path, body)).status, `${method} ${path}`).toBe(403);
});

test('an operator of another team may take it over, and nothing else', async ({ desk }) => {
  const { id } = await aCaseOfMarketing();
  const page = await desk.as('ines');
  await page.goto(`/cases/${id}`);
  await expect(page.getByRole('button', { name: 'Take over…' })).toBeVisible();
  for (const name of ['Acknowledge', 'Assign', 'Resolve', 'Send all again…'])
    await expect(page.getByRole('button', { name })).toHaveCount(0);
  for (const [act, body] of [
    ['acknowledge', {}],
    ['assign', { to: 'ines' }],
    ['note', { text: 'mine?' }],
    ['resolve', { note: 'mine?' }],
    ['ignore', { note: 'mine?' }],
  ] as const) {
    const answer = await askAs('ines', 'POST', `/cases/${id}/${act}`, body);
    expect(answer.status, act).toBe(403);
    expect(answer.body.message).toContain('marketing');
  }
  await page.getByRole('button', { name: 'Take over…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Hand over' });
  await expect(dialog.getByLabel('Team')).toHaveValue('integration');
  await dialog.getByLabel(/^Note/).fill('We know what it is.');
  await dialog.getByRole('button', { name: 'Hand over' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Acknowledge' })).toBeVisible();
});
