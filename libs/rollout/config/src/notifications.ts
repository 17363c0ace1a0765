import { z } from 'zod';
import { notes } from './note.ts';
import { duration, typeNames } from './unit.ts';

/** Of a deployment: what a webhook may be told. */
const EVENTS = [
  ...(['deployment.started', 'deployment.step', 'deployment.warning', 'deployment.switched', 'deployment.turning-back'] as const),
  ...(['deployment.succeeded', 'deployment.failed'] as const),
] as const;
export type EventName = (typeof EVENTS)[number];

/** Each step twice is more than most want to read. */
export const DEFAULT_EVENTS: readonly EventName[] = EVENTS.filter((name) => name !== 'deployment.step');

const Url = z
  .custom<string>()
  .check((context) => {
    const message = urlFault(context.value);
    if (message !== null) context.issues.push({ code: 'custom', input: context.value, message });
  })
  .register(typeNames, { name: 'URL' });

function urlFault(value: unknown): string | null {
  if (value === undefined) return 'is an address that begins with https:// or http://';
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null) return 'is no URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `begins with ${url.protocol}, and only http and https can be called`;
  if (url.username !== '' || url.password !== '') return 'has a password in it; sign with `secretEnv` instead';
  return null;
}

const VariableName = z
  .custom<string>((value) => typeof value === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(value) && !looksSecret(value), {
    error:
      'is the NAME of an environment variable, as in DEPLOY_WEBHOOK_SECRET; what stands here is none, and a secret does not belong into a file',
  })
  .register(typeNames, { name: 'name of an environment variable' });

/** Long, with digits and in one piece: a key that happens to be in capitals. */
const looksSecret = (name: string): boolean => name.length >= 16 && !name.includes('_') && /\d/.test(name);

const Argv = z.custom<readonly [string, ...string[]]>(
  (value) => Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string' && word !== ''),
  { error: "is a command as a list of words, as in ['node', 'notify.mjs']; no shell reads it" },
);

const Webhook = z.strictObject({
  url: Url.register(notes, { text: 'Called with POST and JSON; http or https.' }),
  secretEnv: VariableName.optional().register(notes, {
    text: 'Which variable holds the secret that the body is signed with; never the secret itself.',
  }),
  events: z
    .array(z.enum(EVENTS))
    .min(1, { error: 'names no event; leave it out for the usual ones' })
    .optional()
    .register(typeNames, { name: 'list of names' })
    .register(notes, {
      text: `What it is told, of ${EVENTS.map((name) => `\`${name}\``).join(', ')}.`,
      byDefault: 'all but `deployment.step`',
    }),
});

const OnStep = z.strictObject({
  command: Argv.register(typeNames, { name: 'list of words' }).register(notes, {
    text: 'Run when a step has started, is done or has failed, and when the deployment has ended. No shell reads it.',
  }),
  timeout: duration({ min: 1, max: 600_000 })
    .prefault('30s')
    .register(notes, { text: 'What takes longer is ended. A deployment does not wait for it.' }),
});

export const Notifications = z.strictObject({
  webhook: Webhook.optional().register(notes, { text: 'Who is told over HTTP.' }),
  onStep: OnStep.optional().register(notes, { text: 'A program of your own.' }),
});
