import { defineConfig } from '@devplatform/rollout-config';

/** A deployment with every step that there is, each as short as it can be. */
export default defineConfig({
  targets: {
    local: {
      readiness: { minReady: '500ms', timing: { initialDelay: 0, interval: '250ms' } },
      monitor: { for: '600ms', interval: '200ms' },
      bake: { for: '600ms', interval: '200ms' },
      decommission: { how: 'park', quiet: '300ms' },
    },
  },
});
