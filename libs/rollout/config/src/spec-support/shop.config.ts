import { defineConfig } from '../index.ts';

/** A shop that has nothing to do with this repository's applications. */
export default defineConfig({
  services: {
    storefront: { role: 'web', health: { initialDelay: '20s' }, memoryLimit: '512MB' },
    mailer: { role: 'worker', grace: '2m' },
    images: { role: 'static' },
  },
  monitor: { soft: { p95: '800ms' }, hard: { serverErrors: '0.5%' } },
  notifications: {
    webhook: { url: 'https://chat.example.com/deployments', secretEnv: 'DEPLOY_WEBHOOK_SECRET' },
    onStep: { command: ['node', 'tools/on-step.mjs'] },
  },
  targets: {
    local: {
      readiness: { minReady: '2s', timing: { initialDelay: 0, interval: '250ms' } },
      monitor: { for: 0 },
      bake: { for: 0 },
    },
    kubernetes: {
      monitor: { for: '30m' },
      decommission: { how: 'stop', quiet: '1m' },
      preflight: { acknowledge: { 'stock-frozen': 'Nobody counts the stock at the moment' } },
    },
  },
});
