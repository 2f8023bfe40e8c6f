import { defineConfig } from '@playwright/test';

const artefacts = process.env['TILLBRIDGE_ARTEFACTS'] ?? 'console-screenshots';

// One hub for all: one after the other, in the order of their names.
export default defineConfig({
  testDir: 'specs',
  outputDir: `${artefacts}/failed`,
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Stockholm',
    screenshot: 'off',
    launchOptions: {
      executablePath: process.env['TILLBRIDGE_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-dev-shm-usage',
      ],
    },
  },
});
