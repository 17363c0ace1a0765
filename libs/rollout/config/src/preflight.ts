import { z } from 'zod';
import { notes } from './note.ts';
import { duration, shown, size } from './unit.ts';

const SOURCE = 'Pre-Deployment Checklist';
const DAY_MS = 86_400_000;

/** What `--acknowledge` means already: exceptions from checks of the gate. */
const RESERVED: readonly string[] = ['contract', 'drift', 'migrations'];

const AcknowledgementName = z.custom<string>().check(({ value, issues }) => {
  const message = nameFault(value);
  if (message !== null) issues.push({ code: 'custom', input: value, message });
});

function nameFault(value: unknown): string | null {
  if (typeof value !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)) {
    return `${shown(value)} is no name to acknowledge: lower case letters, digits and hyphens, as in 'on-call'`;
  }
  return RESERVED.includes(value) ? `'${value}' is taken: with it a person allows an exception` : null;
}

const Sentence = z.custom<string>((value) => typeof value === 'string' && value.trim() !== '', {
  error: 'is the sentence that a person agrees to, not empty',
});

export const Preflight = z.strictObject({
  acknowledge: z
    .record(AcknowledgementName, Sentence)
    .prefault({
      'on-call': 'The on-call engineer is aware of the deployment',
      'rollback-reviewed': 'The rollback procedure has been reviewed',
    })
    .register(notes, {
      text: 'What a person must say before a deployment: names, as `--acknowledge` takes them, with their sentence. `{}`: nothing. Target `local` asks for nothing unless it is told to.',
      source: SOURCE,
    }),
  rehearseMigrations: z.boolean().prefault(true).register(notes, {
    text: 'Pending migrations must run on a copy of the data first. Target `local` leaves that out unless it is told to.',
    source: SOURCE,
  }),
  rehearseUpTo: size().prefault('1GB').register(notes, {
    text: 'Data beyond this size is not copied for a rehearsal; the gate then says that it cannot tell.',
  }),
  rollbackRehearsedWithin: duration({ min: DAY_MS, max: 365 * DAY_MS })
    .prefault('30d')
    .register(notes, {
      text: 'Warns where the last rehearsal of a rollback is older.',
      source: SOURCE,
    }),
  freeDisk: size().prefault('1GB').register(notes, { text: 'What must be free where the release is deployed.' }),
  freeMemory: size().prefault('512MB').register(notes, { text: 'What must be available where the release is deployed.' }),
  contractMigrations: z.enum(['refuse', 'allow']).prefault('refuse').register(notes, {
    text: 'Whether a deployment may run a migration that takes away what the old release reads: after it there is no way back.',
    source: 'Rules for Safe Migrations',
  }),
});
