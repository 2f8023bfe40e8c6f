import { expect, heading, test, town } from './town';

test('the first administrator of a hub without accounts', async ({ desk }) => {
  const page = await desk.nobody({ baseURL: town.first_run.url, mayComplain: /status of 40[13]/ });
  const password = 'a-bridge-of-tills-7';
  await page.goto('/');
  await expect(heading(page, 'Set up the first account')).toBeVisible();
  const fill = async (code: string) => {
    await page.getByLabel('Code').fill(code);
    await page.getByLabel('Name', { exact: true }).fill('astrid');
    await page.getByLabel('Your name for others').fill('Astrid Berg');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('Password again').fill(password);
    await page.getByRole('button', { name: 'Create the account' }).click();
  };
  await fill('AAAA-BBBB-CCCC');
  await expect(page.getByRole('alert')).toBeVisible();
  await fill(town.first_run.code);
  await expect(heading(page, 'Today')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'Today')).toBeVisible();
  await page.getByRole('button', { name: 'Account of Astrid Berg' }).click();
  await expect(page.getByText('Administrator', { exact: false }).first()).toBeVisible();
  // Nobody else can do it again.
  const other = await desk.nobody({ baseURL: town.first_run.url });
  await other.goto('/');
  await expect(heading(other, 'Sign in')).toBeVisible();
  const again = await fetch(`${town.first_run.url}/api/v1/first-run`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code: town.first_run.code, name: 'eve', display: 'Eve', password }),
  });
  expect(again.status).toBeGreaterThanOrEqual(400);
});
