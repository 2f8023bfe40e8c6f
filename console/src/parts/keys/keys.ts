// Keyboard: pages say which keys do what, one listener runs them, the drawer lists them.

export interface Binding {
  keys: string; // 'j', 'Enter', 'g t' (one after the other), 'mod+k'
  text: string;
  run: () => void;
}
export interface BindingGroup {
  title: string;
  bindings: readonly Binding[];
}

const groups = new Set<{ current: BindingGroup }>();
const sequencePatienceMs = 1200;

export function addKeys(group: { current: BindingGroup }): () => void {
  groups.add(group);
  return () => groups.delete(group);
}
export const activeGroups = (): BindingGroup[] => [...groups].map((group) => group.current);

export function nameOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>): string {
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  return mod + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input, textarea, select, [role="textbox"], [role="combobox"]'))
  );
}
const dialogIsOpen = () => document.querySelector('[role="dialog"][aria-modal="true"]') !== null;

// Returns what must run for this key after the keys before it, and whether more keys may follow.
export function match(all: readonly BindingGroup[], typed: string): { run: Binding | null; more: boolean } {
  let run: Binding | null = null;
  let more = false;
  for (const group of all) {
    for (const binding of group.bindings) {
      if (binding.keys === typed) run = binding;
      if (binding.keys.startsWith(`${typed} `)) more = true;
    }
  }
  return { run, more };
}

export function listenToKeys(enabled: () => boolean): () => void {
  let before = '';
  let at = 0;
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const name = nameOf(event);
    const held = name.startsWith('mod+');
    if (!held && (!enabled() || isTyping(event.target) || dialogIsOpen())) return;
    // Enter on a link or a button does what that link or button does.
    if (name === 'Enter' && event.target instanceof HTMLElement && event.target.matches('a, button, summary'))
      return;
    const now = Date.now();
    const typed = before !== '' && now - at < sequencePatienceMs ? `${before} ${name}` : name;
    let found = match(activeGroups(), typed);
    if (!found.run && !found.more && typed !== name) found = match(activeGroups(), name);
    before = found.more && !found.run ? typed : '';
    at = now;
    if (found.run) {
      event.preventDefault();
      found.run.run();
    }
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
