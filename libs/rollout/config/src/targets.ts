import { z } from 'zod';
import { Bake } from './bake.ts';
import { Decommission } from './decommission.ts';
import { Monitor } from './monitor.ts';
import { notes } from './note.ts';
import { Preflight } from './preflight.ts';
import { Readiness } from './readiness.ts';
import { overrideOf } from './shape.ts';

export const TARGETS = ['local', 'compose', 'kubernetes', 'ecs'] as const;
export type TargetName = (typeof TARGETS)[number];

/** What a target may have otherwise. */
export const SECTIONS = { readiness: Readiness, monitor: Monitor, bake: Bake, decommission: Decommission, preflight: Preflight };
export type SectionName = keyof typeof SECTIONS;

export type Overrides = { readonly [Name in SectionName]?: z.input<(typeof SECTIONS)[Name]> | undefined };

const Target = z.strictObject({
  readiness: overrideOf(Readiness),
  monitor: overrideOf(Monitor),
  bake: overrideOf(Bake),
  decommission: overrideOf(Decommission),
  preflight: overrideOf(Preflight),
});

export const Targets = z
  .strictObject({
    local: Target.optional().register(notes, { text: 'Slots as processes of this machine.' }),
    compose: Target.optional().register(notes, { text: 'Docker Compose.' }),
    kubernetes: Target.optional().register(notes, { text: 'Kubernetes.' }),
    ecs: Target.optional().register(notes, { text: 'AWS ECS (Fargate).' }),
  })
  .prefault({})
  .register(notes, {
    text: 'What a target has otherwise: any of `readiness`, `monitor`, `bake`, `decommission` and `preflight`, each option by itself. `acknowledge` is replaced as a whole.',
  });

/** Weaker than anything that the file says: a developer's machine has no on-call engineer and no production data. */
export const BUILT_IN: Readonly<Partial<Record<TargetName, Overrides>>> = {
  local: { preflight: { acknowledge: {}, rehearseMigrations: false } },
};
