import { defineConfig } from '@devplatform/rollout-config';

/** How this repository is deployed; docs/configuration.md says what each option takes. What is not here is the specification's. */
export default defineConfig({
  services: {
    backend: { role: 'web', grace: '30s' },
    worker: { role: 'worker', grace: '30s' },
    frontend: { role: 'static', grace: '10s' },
  },
  targets: {
    local: {
      // Processes of this machine start in seconds, so the gate looks often instead of waiting for the table's initial delays.
      readiness: { minReady: '1500ms', timing: { initialDelay: 0, interval: '250ms' } },
      // Whoever tries a switch out is not to wait an hour for it; `--monitor` and `--bake` bring the steps back.
      monitor: { for: 0 },
      bake: { for: 0 },
      decommission: { how: 'park' },
      preflight: { acknowledge: {}, rehearseMigrations: false },
    },
  },
});
