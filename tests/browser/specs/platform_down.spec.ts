import { expect, heading, hub, openCase, received, sandbox, sell, test, town, waitFor, whenDelivered } from './town';

const first = 3001;
const about = (state: string) => (one: { kind: string; subject: string; state: string }) =>
  one.kind === 'lag' && one.subject === 'klaviyo' && one.state === state;
const noticesOf = async (state: string) => (await received()).webhooks.filter(about(state));

test.setTimeout(150_000);

test('a platform that is down is told once, and once that it is back', async ({ desk }) => {
  const page = await desk.as('ines');
  await page.goto('/');
  await expect(heading(page, 'Today')).toBeVisible();
  await sandbox('POST', '/control/faults', { preset: 'klaviyo-down' });
  const orders: string[] = [];
  try {
    for (let at = 0; at < 3; ++at) orders.push(await sell(first + at));
    // Without being asked for: the page hears of it.
    await expect(page.getByRole('list', { name: 'Open alerts' }).getByText(/klaviyo is .* behind the tills/)).toBeVisible({
      timeout: 45_000,
    });
    const opened = await waitFor('the webhook', async () => (await noticesOf('opened'))[0]);
    expect(opened.text).toContain('klaviyo');
    await waitFor('the mail', async () => (await received()).mails[0]);

    const lag = await openCase('lag_high');
    await page.getByRole('link', { name: /^Cases/ }).first().click();
    // There is one for each flow that is behind.
    await page.getByRole('table', { name: 'Cases' }).locator(`a[href$="/cases/${lag.id}"]`).click();
    await expect(heading(page, new RegExp(lag.title))).toBeVisible();
    await page.goto('/alerts');
    await expect(page.getByText(/klaviyo is .* behind the tills/).first()).toBeVisible();
  } finally {
    await sandbox('POST', '/control/faults', { preset: 'none' });
  }
  for (const order of orders) await whenDelivered(order);
  await waitFor('the recovery', async () => (await noticesOf('recovered'))[0], 45_000);
  await waitFor('the mail of the recovery', async () => (await received()).mails[1]);
  await waitFor('the cases to close', async () => {
    const [open, closed] = await Promise.all([
      hub('GET', '/cases?type=lag_high'),
      hub('GET', '/cases?type=lag_high&state=closed'),
    ]);
    return open.items.length === 0 && closed.items.length > 0;
  });
  await page.goto('/');
  await expect(heading(page, 'Today')).toBeVisible();
  await expect(page.getByText(/klaviyo is .* behind the tills/)).toHaveCount(0);

  const all = await received();
  expect(all.webhooks.map((one) => one.state)).toEqual(['opened', 'recovered']);
  expect(all.mails.map((one) => one.to)).toEqual([['oncall@shop.example'], ['oncall@shop.example']]);
  expect(all.mails[0].subject).toMatch(/^\[Tillbridge\] /);
  expect(new Set(all.mails.map((one) => one.id)).size).toBe(2);
  expect(JSON.stringify(all)).not.toContain('@kund.tillbridge.dev');
});

test('the link of a notice leads to its alert', async ({ desk }) => {
  const [opened] = await noticesOf('opened');
  const link = new URL(opened.link);
  expect(link.origin).toBe(town.url);
  const page = await desk.as('ines');
  await page.goto(link.pathname);
  await expect(page.getByText(/klaviyo is .* behind the tills/).first()).toBeVisible();
});
