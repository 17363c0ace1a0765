import type { MouseEvent, ReactNode } from 'react';
import { navigate } from './router.ts';

/** A link within the page; with a modifier key it opens a new tab like any other. */
export function Link({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={follow}>
      {children}
    </a>
  );
}
