import { expect, heading, hub, openCase, parked, test, waitFor, whenDelivered } from './town';

test.setTimeout(120_000);

test('all records of a case are sent again at once', async ({ desk }) => {
  const orders = await parked(Array.from({ length: 12 }, (_, at) => 1001 + at));
  const found = await openCase('rejected_delivery');
  const page = await desk.as('maja');
  await page.goto('/cases');
  await page.getByRole('table', { name: 'Cases' }).getByRole('link', { name: found.title }).first().click();
  await expect(heading(page, new RegExp(found.title))).toBeVisible();
  await page.getByRole('button', { name: 'Send all again…' }).click();

  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('12 records', { exact: true })).toBeVisible();
  await expect(dialog.getByText(/Bloomreach: 12 calls/)).toBeVisible();
  await dialog.getByLabel(/^Name/).fill('');
  await dialog.getByRole('button', { name: 'Send again 12' }).click();
  await expect(dialog.getByText('Give it a name')).toBeVisible();
  await dialog.getByLabel(/^Name/).fill('After Bloomreach was mended');
  await dialog.getByRole('button', { name: 'Send again 12' }).click();
  await expect(dialog.getByText('12 of 12')).toBeVisible({ timeout: 30_000 });
  await expect(dialog.getByText('Done', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(dialog).toBeHidden();

  for (const order of orders) await whenDelivered(order);
  await waitFor('the case to close', async () => (await hub('GET', `/cases/${found.id}`)).state === 'resolved');
  await page.reload();
  await expect(heading(page, /Resolved/)).toBeVisible();
  const [action] = (await hub('GET', '/bulk')).items;
  expect(action).toMatchObject({ name: 'After Bloomreach was mended', state: 'done', total: 12, failed: 0, by: 'maja' });
});
