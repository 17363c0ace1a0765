import { RELEASE } from '@devplatform/contracts';
import * as platform from '../api/platform.ts';
import { serverSeen } from '../api/server-seen.ts';
import { isTyping } from './typing.ts';
import { Updater } from './updater.ts';

/** Milliseconds between two looks for a safe point. */
const LOOK_EVERY = 1000;
/** Milliseconds after which a page that has nothing to ask asks what runs; the ledger takes a page for open for 60 s. */
const ASK_EVERY = 45_000;

const ask = (): void => {
  platform.live().catch(() => undefined);
};

export const updater = new Updater({
  page: RELEASE,
  marks: sessionStorage,
  isHidden: () => document.visibilityState === 'hidden',
  isTyping,
  isReachable: () =>
    fetch(location.href, { method: 'HEAD', cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    ),
  reload: () => {
    location.reload();
  },
  random: Math.random,
});

/** From now on this page follows the release that the platform runs. */
export function keepUpToDate(): void {
  serverSeen.subscribe(() => {
    updater.hear(serverSeen.current());
  });
  addEventListener('vite:preloadError', () => {
    updater.lacksPart();
  });
  document.addEventListener('visibilitychange', ask);
  setInterval(ask, ASK_EVERY);
  setInterval(() => void updater.look(), LOOK_EVERY);
}
