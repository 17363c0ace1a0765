import { type Clock, RolloutError, type Target } from '@devplatform/rollout-engine';

interface Means {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

const LOOK_EVERY_MS = 1_000;

/** The target with a lock that is waited for at most `forMs`; each time that its holder gets further somebody is told. */
export function waiting<T extends Target>(target: T, forMs: number, { clock, signal, note }: Means): T {
  if (forMs === 0) return target;
  const lease: Target['lease'] = async (holder) => {
    const start = clock.now();
    let told = '';
    for (;;) {
      try {
        return await target.lease(holder);
      } catch (error) {
        const held = error instanceof RolloutError && error.code === 'locked';
        if (!held || signal.aborted || clock.now() - start >= forMs) throw error;
        if (error.message !== told) note(`waiting: ${error.message}`);
        told = error.message;
      }
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  };
  return new Proxy(target, {
    get: (whole, name) => {
      if (name === 'lease') return lease;
      const value: unknown = Reflect.get(whole, name, whole);
      return typeof value === 'function' ? (value as () => unknown).bind(whole) : value;
    },
  });
}
