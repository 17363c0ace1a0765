import type { ServiceRole } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { notes } from './note.ts';
import { count, duration, shown, size } from './unit.ts';

const SOURCE = 'Health Check Timing';

/** `web` takes requests and sockets, `worker` takes jobs, `static` serves files. */
export const ROLES = ['web', 'worker', 'static'] as const satisfies readonly ServiceRole[];

const Health = z.strictObject({
  initialDelay: duration().optional().register(notes, { text: 'Before the first look.', source: SOURCE, byDefault: 'by role' }),
  interval: duration({ min: 1 }).optional().register(notes, { text: 'From one look to the next.', source: SOURCE, byDefault: 'by role' }),
  timeout: duration({ min: 1 })
    .optional()
    .register(notes, { text: 'No answer by then is a bad one.', source: SOURCE, byDefault: 'by role' }),
  failureThreshold: count(1)
    .optional()
    .register(notes, { text: 'Bad looks in a row that make it unhealthy.', source: SOURCE, byDefault: 'by role' }),
  successThreshold: count(1)
    .optional()
    .register(notes, { text: 'Good looks in a row that make it healthy.', source: SOURCE, byDefault: 'by role' }),
});
type Health = z.output<typeof Health>;
type Timing = { readonly [Name in keyof Health]-?: NonNullable<Health[Name]> };

/** How often the readiness gate looks, as one entry for all services. */
export const CommonTiming = Health;

/** The specification's table, a column a role: backend, worker (Celery) and frontend. Milliseconds. */
const HEALTH: Readonly<Record<ServiceRole, Timing>> = {
  web: { initialDelay: 15_000, interval: 10_000, timeout: 5_000, failureThreshold: 3, successThreshold: 1 },
  worker: { initialDelay: 30_000, interval: 30_000, timeout: 10_000, failureThreshold: 3, successThreshold: 1 },
  static: { initialDelay: 5_000, interval: 10_000, timeout: 3_000, failureThreshold: 3, successThreshold: 1 },
};

export const Service = z.strictObject({
  role: z.enum(ROLES).register(notes, {
    text: '`web` takes requests and sockets, `worker` takes jobs, `static` serves files. At least one service is `web`.',
  }),
  health: Health.prefault({}).register(notes, { text: 'How often it is looked at. What is left out is the table of its role.' }),
  memoryLimit: size()
    .optional()
    .register(notes, { text: 'What `monitor` compares its memory with, where the target knows no limit of its own.' }),
  grace: duration().optional().register(notes, { text: 'From the request to end until it is killed.', byDefault: "the target's own" }),
});

const ServiceName = z.custom<string>().check((context) => {
  if (typeof context.value === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(context.value)) return;
  context.issues.push({
    code: 'custom',
    input: context.value,
    message: `${shown(context.value)} is no name of a service: lower case letters, digits and hyphens`,
  });
});

export const Services = z
  .record(ServiceName, Service)
  .prefault({ backend: { role: 'web' }, frontend: { role: 'static' }, worker: { role: 'worker' } })
  .register(notes, { text: 'What is deployed as one unit, by name. Whoever names services names all of them.' });

/** What is said for all services counts more than what is said for the one, and that more than the table. Milliseconds. */
export function timingOf({ role, health }: z.output<typeof Service>, common: Health): Timing {
  const table = HEALTH[role];
  const of = (name: keyof Timing): number => common[name] ?? health[name] ?? table[name];
  return {
    initialDelay: of('initialDelay'),
    interval: of('interval'),
    timeout: of('timeout'),
    failureThreshold: of('failureThreshold'),
    successThreshold: of('successThreshold'),
  };
}
