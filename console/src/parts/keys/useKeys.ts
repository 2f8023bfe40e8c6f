import { useEffect, useRef } from 'react';
import { addKeys, type Binding, type BindingGroup } from './keys';

// Keys that work while the component is there. The last one that was added wins.
export function useKeys(title: string, bindings: readonly Binding[]): void {
  const group = useRef<BindingGroup>({ title, bindings });
  useEffect(() => {
    group.current = { title, bindings };
  });
  useEffect(() => addKeys(group), []);
}
