import { z } from 'zod';
import { Bake } from './bake.ts';
import { Decommission } from './decommission.ts';
import { Monitor } from './monitor.ts';
import { notes } from './note.ts';
import { Notifications } from './notifications.ts';
import { Preflight } from './preflight.ts';
import { Readiness } from './readiness.ts';
import { Services } from './services.ts';
import { Targets } from './targets.ts';

/** The whole of bluegreen.config.ts, with the specification's tables as defaults; docs/configuration.md is written from it. */
export const Schema = z.strictObject({
  services: Services,
  readiness: Readiness.prefault({}).register(notes, { text: 'The gate before the switch: are all services healthy?' }),
  monitor: Monitor.prefault({}).register(notes, { text: 'What the new slot is held to after the switch.' }),
  bake: Bake.prefault({}).register(notes, { text: 'Further watching, before the old slot is decommissioned.' }),
  decommission: Decommission.prefault({}).register(notes, { text: 'What becomes of the old slot.' }),
  preflight: Preflight.prefault({}).register(notes, { text: 'The checklist before anything is touched.' }),
  notifications: Notifications.prefault({}).register(notes, { text: 'Who else is told.' }),
  targets: Targets,
});

/** What bluegreen.config.ts exports. Everything in it may be left out. */
export type RolloutConfig = z.input<typeof Schema>;
export type Settings = z.output<typeof Schema>;

/** For bluegreen.config.ts: `export default defineConfig({ … })`. Checks nothing but types; whoever reads the file checks the rest. */
export const defineConfig = (config: RolloutConfig): RolloutConfig => config;
