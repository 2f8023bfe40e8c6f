import { customer, expect, heading, hub, sell, test, whenDelivered } from './town';

const number = 2001;
const { email } = customer(number);

test('a sale is found by its receipt, and its whole journey is there', async ({ desk }) => {
  const order = await sell(number);
  const journey = await whenDelivered(order);
  const { parts } = await hub('GET', `/records/${journey.record.id}/document`);
  const receipt = JSON.parse(parts[0]).additionaldata['pos-receiptid'] as string;
  expect(receipt).toBeTruthy();

  const page = await desk.as('vera');
  await page.goto('/');
  await expect(heading(page, 'Today')).toBeVisible();
  const box = page.getByRole('searchbox', { name: 'Search records' });
  await box.fill(receipt);
  await box.press('Enter');
  await expect(page.getByText('Receipt number').first()).toBeVisible();
  await page.getByRole('table', { name: 'Records' }).getByRole('link', { name: `order/${order}` }).click();
  await expect(heading(page, new RegExp(`order/${order}`))).toBeVisible();
  for (const platform of ['Bloomreach', 'Klaviyo']) {
    const lane = page.getByRole('region', { name: platform });
    await expect(lane.getByText('Delivered').first()).toBeVisible();
    await expect(lane.getByRole('list', { name: 'Attempts' }).first().getByRole('listitem')).not.toHaveCount(0);
  }
  // A viewer sees that somebody bought it, not who.
  await expect(page.getByText('Masked for your role')).toBeVisible();
  await page.getByRole('region', { name: 'Klaviyo' }).getByRole('button', { name: 'What was sent' }).first().click();
  await expect(page.getByText('Personal data is masked for your role.')).toBeVisible();
  await page.getByRole('button', { name: 'The document as it was read' }).click();
  await expect(page.getByText('pos-receiptid').first()).toBeVisible();
  expect(await page.content()).not.toContain(email);

  const steward = await desk.as('sten');
  await steward.goto(new URL(page.url()).pathname);
  await expect(steward.getByText('Shown', { exact: true })).toBeVisible();
  await steward.getByRole('region', { name: 'Klaviyo' }).getByRole('button', { name: 'What was sent' }).first().click();
  await expect(steward.getByText(email).first()).toBeVisible();
});

test('what arrived can be looked at', async ({ desk }) => {
  const order = await sell(number + 1);
  const journey = await whenDelivered(order);
  const page = await desk.as('sten');
  await page.goto(`/records/${journey.record.id}`);
  await page.getByRole('button', { name: 'What arrived' }).first().click();
  await expect(page.getByText('event_id').first()).toBeVisible();
});

test('what does not exist says so', async ({ desk }) => {
  const page = await desk.as('vera', { mayComplain: /status of 404/ });
  await page.goto('/search?text=NO-SUCH-RECEIPT-4711');
  await expect(page.getByText('No record matches')).toBeVisible();
  await page.goto('/records/17');
  await expect(page.getByText(/there is no record 17/)).toBeVisible();
  await page.goto('/nosuchpage');
  await expect(page.getByText('There is no such page')).toBeVisible();
});
