import { expect, heading, hub, openCase, parked, test } from './town';

test('a case is assigned and handed over on a phone', async ({ desk }) => {
  await parked([4001]);
  const found = await openCase('rejected_delivery');
  if (found.team !== 'marketing')
    await hub('POST', `/cases/${found.id}/hand-over`, { team: 'marketing', note: 'for this test' });
  const page = await desk.as('maja', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await page.goto('/');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Cases' }).tap();
  await page.getByRole('link', { name: found.title }).first().tap();
  await expect(heading(page, new RegExp(found.title))).toBeVisible();

  await page.getByRole('button', { name: 'Assign' }).tap();
  let dialog = page.getByRole('dialog', { name: 'Assign' });
  await expect(dialog.getByRole('combobox', { name: 'To' })).toHaveValue(/Maja Alm/);
  await dialog.getByRole('button', { name: 'Assign' }).tap();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await hub('GET', `/cases/${found.id}`)).assignee).toBe('maja');

  await page.getByRole('button', { name: 'More' }).first().tap();
  await page.getByRole('menuitem', { name: 'Hand over to another team…' }).tap();
  dialog = page.getByRole('dialog', { name: 'Hand over' });
  await dialog.getByLabel('Team').selectOption('integration');
  await dialog.getByRole('button', { name: 'Hand over' }).tap();
  await expect(dialog.getByText('Write what they need to know')).toBeVisible();
  await dialog.getByRole('combobox', { name: 'To' }).tap();
  await page.getByRole('option', { name: 'Ines Alm' }).tap();
  await dialog.getByLabel(/^Note/).fill('Bloomreach refuses a property; please look at the mapping.');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
  await dialog.getByRole('button', { name: 'Hand over' }).tap();
  await expect(dialog).toBeHidden();

  await expect(page.getByText(/please look at the mapping/)).toBeVisible();
  expect(await hub('GET', `/cases/${found.id}`)).toMatchObject({ team: 'integration', assignee: 'ines', state: 'open' });
  // It is not hers any more.
  await expect(page.getByRole('button', { name: 'Acknowledge' })).toHaveCount(0);
});
