import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactElement } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { BulkConfirm } from '../bulk/BulkConfirm';
import { AskForm } from './ask';

const show = (element: ReactElement) =>
  render(
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        {element}
      </QueryClientProvider>
    </MantineProvider>,
  );

describe('a question', () => {
  it('waits for the note and the typed word', async () => {
    const user = userEvent.setup();
    const run = vi.fn(async () => {});
    const close = vi.fn();
    show(
      <AskForm
        question={{ title: 'Skip?', action: 'Skip', note: 'required', typed: '137', run }}
        close={close}
      />,
    );
    await user.click(screen.getByRole('button', { name: 'Skip' }));
    expect(screen.getByText('Say why, so that others can follow')).toBeTruthy();
    await user.type(screen.getByLabelText(/^Note/), 'wrong address');
    await user.type(screen.getByLabelText(/Type 137/), '138');
    await user.click(screen.getByRole('button', { name: 'Skip' }));
    expect(screen.getByText('This is not 137')).toBeTruthy();
    expect(run).not.toHaveBeenCalled();
    await user.clear(screen.getByLabelText(/Type 137/));
    await user.type(screen.getByLabelText(/Type 137/), '137');
    await user.click(screen.getByRole('button', { name: 'Skip' }));
    expect(run).toHaveBeenCalledWith('wrong address');
    expect(close).toHaveBeenCalledOnce();
  });
  it('stays and says what went wrong', async () => {
    const user = userEvent.setup();
    const close = vi.fn();
    const run = async () => {
      throw new Error('The lane moved on.');
    };
    show(<AskForm question={{ title: 'Skip?', action: 'Skip', run }} close={close} />);
    await user.click(screen.getByRole('button', { name: 'Skip' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The lane moved on.');
    expect(close).not.toHaveBeenCalled();
  });
});

describe('a bulk action', () => {
  const start = {
    act: 'send_again',
    filter: { case: '1' },
    about: 'records',
    name: 'After the fix',
  } as const;
  const hub = (count: number) => {
    const bodies: unknown[] = [];
    vi.stubGlobal('fetch', async (url: string, how: RequestInit) => {
      bodies.push(JSON.parse(String(how.body)));
      const estimate = {
        count,
        exact: true,
        platforms: { klaviyo: { calls: count, seconds: 60 } },
        sample: ['order/1'],
      };
      return new Response(
        JSON.stringify(url.includes('estimate') ? estimate : { id: '9223372036854775807' }),
      );
    });
    return bodies;
  };
  it('of more than a hundred is typed before it begins', async () => {
    const user = userEvent.setup();
    const bodies = hub(137);
    const begun = vi.fn();
    show(<BulkConfirm start={start} close={() => {}} begun={begun} />);
    expect(await screen.findByText(/137 calls, about 1 min/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Send again 137' }));
    expect(begun).not.toHaveBeenCalled();
    await user.type(screen.getByLabelText(/Type 137/), '137');
    await user.click(screen.getByRole('button', { name: 'Send again 137' }));
    expect(begun).toHaveBeenCalledWith('9223372036854775807');
    expect(bodies.at(-1)).toEqual({
      act: 'send_again',
      filter: { case: '1' },
      name: 'After the fix',
      count: 137,
    });
  });
  it('of a few needs no typing, and nothing is nothing', async () => {
    hub(3);
    const { unmount } = show(<BulkConfirm start={start} close={() => {}} begun={() => {}} />);
    expect(await screen.findByRole('button', { name: 'Send again 3' })).toBeTruthy();
    expect(screen.queryByLabelText(/Type/)).toBeNull();
    unmount();
    hub(0);
    show(<BulkConfirm start={start} close={() => {}} begun={() => {}} />);
    expect(await screen.findByText('Nothing to do')).toBeTruthy();
  });
});
