import type { Page } from '@playwright/test';
import { askAs, expect, heading, test, town } from './town';

// After the others by its name: whoever guesses slows down everybody at this address.
const refused = /status of (401|429)/;

async function enter(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('in with the right password only, and out again', async ({ desk }) => {
  const page = await desk.nobody({ mayComplain: refused });
  await page.goto('/cases');
  await expect(heading(page, 'Sign in')).toBeVisible();
  await enter(page, 'lena', 'not-her-password');
  await expect(page.getByRole('alert')).toHaveText('The name or the password is wrong.');
  await enter(page, 'lena', town.passwords['lena'] ?? '');
  // Where the link led.
  await expect(heading(page, 'Cases')).toBeVisible();
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toEqual([
    { name: 'tillbridge', httpOnly: true, sameSite: 'Lax' },
  ]);
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(heading(page, 'Sign in')).toBeVisible();
  // Its session is gone at the hub too.
  const kept = await fetch(`${town.url}/api/v1/today`, {
    headers: { Cookie: `tillbridge=${cookies[0]?.value}` },
  });
  expect(kept.status).toBe(401);
});

test('a first password is changed before anything else', async ({ desk }) => {
  const page = await desk.nobody({ mayComplain: /status of 403/ });
  await page.goto('/');
  await enter(page, 'nils', town.passwords['nils'] ?? '');
  await expect(heading(page, 'Choose a password of your own')).toBeVisible();
  await page.getByLabel('Password of now').fill(town.passwords['nils'] ?? '');
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByLabel('New password again').fill('short');
  await page.getByRole('button', { name: 'Change' }).click();
  await expect(page.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(/12 characters/);
  await page.getByLabel('New password', { exact: true }).fill('tills-over-bridges-9');
  await page.getByLabel('New password again').fill('tills-over-bridges-9');
  await page.getByRole('button', { name: 'Change' }).click();
  await expect(heading(page, 'Today')).toBeVisible();
});

test('who guesses has to wait, who is signed in does not', async ({ desk }) => {
  const page = await desk.nobody({ mayComplain: refused });
  await page.goto('/');
  const wait = page.getByText(/Too many tries\. Wait \d+ seconds/);
  for (let tries = 0; tries < 12 && !(await wait.isVisible()); ++tries) {
    const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await enter(page, 'olof', `guess-number-${tries}`);
    await answered;
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  }
  await expect(wait).toBeVisible();
  expect((await askAs('vera', 'GET', '/today')).status).toBe(200);
});
