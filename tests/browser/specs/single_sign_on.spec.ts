import type { Page } from '@playwright/test';
import { expect, heading, hub, test, town } from './town';

// Through the provider's own pages: who, then whether this console may know it.
async function through(page: Page, login: string): Promise<void> {
  await page.goto('/cases');
  await page.getByRole('link', { name: 'Company account' }).click();
  await page.waitForURL(/localhost/);
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL((url) => url.href.startsWith(town.url));
}

test('somebody of a known group, with the role of the group', async ({ desk }) => {
  const page = await desk.nobody();
  await through(page, 'karin');
  await expect(heading(page, /Today|Cases/)).toBeVisible();
  await page.getByRole('button', { name: 'Account of Karin Lund' }).click();
  await expect(page.getByText(/Operator.*integration/)).toBeVisible();
  const session = await page.evaluate(async () => (await fetch('/api/v1/session')).json());
  expect(session.user).toMatchObject({ name: 'karin', role: 'operator', teams: ['integration'] });
  const users = await hub('GET', '/users');
  expect(users.items.find((one: { name: string }) => one.name === 'karin')).toMatchObject({
    source: 'single_sign_on',
    email: 'karin@shop.example',
  });
});

test('somebody without such a group is refused', async ({ desk }) => {
  const page = await desk.nobody({ mayComplain: /status of 401/ });
  await through(page, 'gustav');
  await expect(page.getByText(/none of your groups may use this console/)).toBeVisible();
  const session = await page.evaluate(async () => (await fetch('/api/v1/session')).json());
  expect(session.signed_in).toBe(false);
  const users = await hub('GET', '/users');
  expect(users.items.map((one: { name: string }) => one.name)).not.toContain('gustav');
});

test('an answer that nobody asked for is refused', async ({ desk }) => {
  const page = await desk.nobody({ mayComplain: /status of 401/ });
  const answer = await page.goto('/api/v1/single-sign-on/callback?code=stolen&state=made-up');
  expect(answer?.status()).toBeGreaterThanOrEqual(400);
  expect(await page.context().cookies()).toEqual([]);
});
