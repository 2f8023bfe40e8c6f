import { expect, heading, sell, test, whenDelivered } from './town';

test('with the keyboard alone', async ({ desk }) => {
  for (const number of [6001, 6002, 6003]) await whenDelivered(await sell(number));
  const page = await desk.as('maja');
  await page.goto('/');
  await expect(heading(page, 'Today')).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search records' })).toBeFocused();
  await page.keyboard.press('Escape');

  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(heading(page, 'Search')).toBeVisible();
  const rows = page.getByRole('table', { name: 'Records' }).locator('[data-row]');
  await expect(rows.nth(2)).toBeVisible();
  // The box has the focus on this page; a letter would be typed.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('j');
  await expect(rows.nth(0).getByRole('link').first()).toBeFocused();
  const chosen = rows.nth(1).getByRole('link').first();
  await page.keyboard.press('j');
  await expect(chosen).toBeFocused();
  await page.keyboard.press('j');
  await expect(rows.nth(2).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('k');
  await expect(chosen).toBeFocused();
  const name = (await chosen.textContent()) ?? '';
  await page.keyboard.press('Enter');
  await expect(heading(page, new RegExp(name))).toBeVisible();

  await page.keyboard.press('Control+k');
  const palette = page.getByPlaceholder('Go to a page, a record, an action…');
  await expect(palette).toBeFocused();
  await palette.fill('Blocked');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Blocked customers')).toBeVisible();
  await expect(palette).toBeHidden();

  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys.getByText('Palette: pages, records, actions')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();

  // The first thing that Tab reaches leads past the navigation.
  await page.goto('/cases');
  await expect(heading(page, 'Cases')).toBeVisible();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
});
