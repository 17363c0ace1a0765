/** Terminals and wrappers (nx, npm) may deliver one Ctrl-C twice. */
const ONE_PRESS_MS = 500;

/** Aborts at the first SIGINT or SIGTERM; at a second one the process ends at once and leaves what it was doing. */
export function onInterruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      say('Interrupted: the current step is finished, then the run stops safely. Ctrl-C again stops at once.');
      controller.abort();
    } else if (performance.now() - first > ONE_PRESS_MS) {
      say('Stopped at once. `npx nx resume backend` finishes it, `npx nx abort backend` takes it back.');
      process.exit(130);
    }
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
