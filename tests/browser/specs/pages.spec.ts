// Every page, light and dark: accessible, and its picture for whoever wants to see it.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { artefacts, expect, hub, journeyOf, openCase, parked, sell, test, whenDelivered } from './town';

test.setTimeout(240_000);

async function everyPage(): Promise<[name: string, path: string][]> {
  await whenDelivered(await sell(7001));
  const [order = ''] = await parked([7002]);
  const record = (await journeyOf(order)).record.id as string;
  const one = (await openCase('rejected_delivery')).id as string;
  const bulk = (await hub('GET', '/bulk')).items[0]?.id as string | undefined;
  return [
    ['today', '/'],
    ['search', '/search?text=kund'],
    ['record', `/records/${record}`],
    ['cases', '/cases'],
    ['case', `/cases/${one}`],
    ['blocked', '/blocked'],
    ['connections', '/connections'],
    ['set-up', '/connections/set-up'],
    ['stores', '/stores'],
    ['alerts', '/alerts'],
    ['bulk', '/bulk'],
    ...(bulk ? ([['bulk-action', `/bulk/${bulk}`]] as [string, string][]) : []),
    ['settings', '/settings'],
    ['handbook', '/handbook'],
    ['handbook-page', '/handbook/cases/rejected_delivery'],
    ['audit', '/audit'],
    ['users', '/users'],
    ['privacy', '/privacy'],
  ];
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
  await expect(page.getByText('This could not be loaded')).toHaveCount(0);
}

// Serious and critical findings, each with the first places.
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => {
      const places = nodes.slice(0, 3).map(({ target, failureSummary }) => {
        const why = failureSummary?.split('\n')[1]?.trim() ?? '';
        return `${target.join(' ')}: ${why}`;
      });
      return `${impact} ${id} (${help}), ${nodes.length} times: ${places.join(' | ')}`;
    });
}

for (const scheme of ['light', 'dark'] as const) {
  test(`every page, ${scheme}`, async ({ desk }) => {
    const pages = await everyPage();
    const page = await desk.as('anna', { colorScheme: scheme, reducedMotion: 'reduce' });
    const wrong: string[] = [];
    for (const [name, path] of pages) {
      await test.step(name, async () => {
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.goto(path);
        await settled(page);
        for (const one of await findings(page)) wrong.push(`${name}: ${one}`);
        // Without Playwright's own <style>, which the policy refuses.
        const picture = { fullPage: true, caret: 'initial', animations: 'allow' } as const;
        await page.screenshot({ path: `${artefacts}/${name}-${scheme}-1280.png`, ...picture });
        await page.setViewportSize({ width: 360, height: 740 });
        await settled(page);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > 360) wrong.push(`${name}: ${width} px wide at 360 px`);
        await page.screenshot({ path: `${artefacts}/${name}-${scheme}-360.png`, ...picture });
      });
    }
    expect(wrong).toEqual([]);
  });

  test(`the sign-in page, ${scheme}`, async ({ desk }) => {
    const page = await desk.nobody({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto('/');
    await settled(page);
    expect(await findings(page)).toEqual([]);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 740 });
      await page.screenshot({ path: `${artefacts}/sign-in-${scheme}-${width}.png`, caret: 'initial' });
    }
  });
}
