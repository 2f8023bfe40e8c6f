import { afterEach, describe, expect, it, vi } from 'vitest';
import { addKeys, type BindingGroup, listenToKeys, match } from './keys';

const stops: (() => void)[] = [];
function bind(bindings: BindingGroup['bindings']) {
  stops.push(addKeys({ current: { title: 'Test', bindings } }));
}
function listen(enabled = true) {
  stops.push(listenToKeys(() => enabled));
}
const press = (key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  document.body.innerHTML = '';
});

describe('keys', () => {
  it('run one after the other', () => {
    const cases = vi.fn();
    const create = vi.fn();
    bind([
      { keys: 'g c', text: 'Cases', run: cases },
      { keys: 'c', text: 'Copy', run: create },
    ]);
    listen();
    press('g');
    press('c');
    expect(cases).toHaveBeenCalledOnce();
    expect(create).not.toHaveBeenCalled();
    press('c');
    expect(create).toHaveBeenCalledOnce();
  });
  it('do nothing while somebody types, in a dialog, or switched off', () => {
    const again = vi.fn();
    bind([{ keys: 'r', text: 'Send again', run: again }]);
    let on = true;
    stops.push(listenToKeys(() => on));
    const box = document.body.appendChild(document.createElement('input'));
    press('r', box);
    press('r', document.body, { altKey: true });
    const dialog = document.body.appendChild(document.createElement('div'));
    dialog.setAttribute('role', 'dialog');
    dialog.setAttribute('aria-modal', 'true');
    press('r');
    dialog.remove();
    on = false;
    press('r');
    expect(again).not.toHaveBeenCalled();
    on = true;
    press('r');
    expect(again).toHaveBeenCalledOnce();
  });
  it('with Ctrl work everywhere', () => {
    const palette = vi.fn();
    bind([{ keys: 'mod+k', text: 'Palette', run: palette }]);
    listen(false);
    const box = document.body.appendChild(document.createElement('input'));
    press('k', box, { ctrlKey: true });
    expect(palette).toHaveBeenCalledOnce();
  });
  it('of the newest part win', () => {
    const run = () => {};
    const older = { title: '', bindings: [{ keys: 'a', text: 'old', run }] };
    const newer = { title: '', bindings: [{ keys: 'a', text: 'new', run }] };
    expect(match([older, newer], 'a').run?.text).toBe('new');
  });
});
