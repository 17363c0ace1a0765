import { parseRoute, type Route } from './route.ts';
import { Store, useStore } from './store.ts';

const path = new Store(location.pathname);
addEventListener('popstate', () => {
  path.set(location.pathname);
});

export function navigate(to: string): void {
  history.pushState(null, '', to);
  path.set(to);
}

export const useRoute = (): Route => parseRoute(useStore(path));
