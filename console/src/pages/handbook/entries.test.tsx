import { MantineProvider } from '@mantine/core';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { handbookTarget, MarkdownText } from '@/parts/markdown/MarkdownText';
import { plainText, searchEntries, withoutTitle } from './entries';

describe('links of the handbook', () => {
  it('are relative to the page they stand in', () => {
    expect(handbookTarget('pause.md', 'index')).toBe('pause');
    expect(handbookTarget('cases/lag_high.md', 'alerts')).toBe('cases/lag_high');
    expect(handbookTarget('../platform-down.md', 'cases/lag_high')).toBe('platform-down');
    expect(handbookTarget('rejected_delivery.md#what-you-can-do', 'cases/lag_high')).toBe(
      'cases/rejected_delivery',
    );
    expect(handbookTarget('./stock.md', 'a-sale')).toBe('stock');
    expect(handbookTarget('https://example.com/a.md', 'index')).toBeNull();
    expect(handbookTarget('mailto:a@b.example', 'index')).toBeNull();
  });
  it('become routes of the console', async () => {
    const root = createRootRoute();
    const router = createRouter({
      history: createMemoryHistory({ initialEntries: ['/'] }),
      routeTree: root.addChildren([
        createRoute({
          getParentRoute: () => root,
          path: '/',
          component: () => (
            <MarkdownText
              page="cases/lag_high"
              text={'See [A platform is down](../platform-down.md) and [outside](https://example.com).'}
            />
          ),
        }),
        createRoute({ getParentRoute: () => root, path: '/handbook/$' }),
      ]),
    });
    render(
      <MantineProvider>
        <RouterProvider router={router as never} />
      </MantineProvider>,
    );
    const inside = await screen.findByText('A platform is down');
    expect(inside.getAttribute('href')).toBe('/handbook/platform-down');
    expect(inside.getAttribute('target')).toBeNull();
    expect(screen.getByText('outside').getAttribute('target')).toBe('_blank');
  });
});

describe('searching the handbook', () => {
  const entries = [
    { page: 'index', title: 'Handbook', summary: 'For everybody. See [Words](words.md).' },
    { page: 'pause', title: 'Pausing and resuming', summary: 'Stops what is **sent**.' },
    {
      page: 'cases/lag_high',
      title: 'Lag high',
      summary: 'A platform is behind; perhaps somebody is pausing it.',
    },
  ];
  const found = (text: string) => searchEntries(entries, text).map((one) => one.page);
  it('wants every word, titles first', () => {
    expect(found('')).toEqual(['index', 'pause', 'cases/lag_high']);
    expect(found('PAUSING')).toEqual(['pause', 'cases/lag_high']);
    expect(found('pausing platform')).toEqual(['cases/lag_high']);
    expect(found('words.md')).toEqual([]);
    expect(found('lag_high'.replace('_', ' '))).toEqual(['cases/lag_high']);
  });
  it('shows summaries without marks', () => {
    expect(plainText('Stops **all**, see [Words](words.md) and `code`.')).toBe(
      'Stops all, see Words and code.',
    );
    expect(plainText('rejected_delivery and other_things')).toBe('rejected_delivery and other_things');
  });
  it('leaves the title to the head of the page', () => {
    expect(withoutTitle('# Lag high\n\nText\n\n## More\n')).toBe('Text\n\n## More\n');
    expect(withoutTitle('Text\n# Later')).toBe('Text\n# Later');
  });
});
