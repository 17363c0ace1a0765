import type { Configuration } from '@devplatform/rollout-config';
import { RolloutError } from '@devplatform/rollout-engine';
import type { About } from './notification.ts';
import { notifier, type Notifier } from './notifier.ts';
import { stepHook } from './step-hook.ts';
import { webhook } from './webhook.ts';

interface Means {
  readonly about: About;
  readonly note: (text: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/** Everybody whom the configuration wants to be told. Throws where the secret is not in the environment: unsigned is not what was asked for. */
export function notifierOf({ webhook: hook, onStep }: Configuration['notifications'], { about, note, env = process.env }: Means): Notifier {
  const listeners = [
    ...(hook === null ? [] : [webhook({ url: hook.url, events: [...hook.events], ...secretOf(hook.secretEnv, env) }, { note })]),
    ...(onStep === null
      ? []
      : [stepHook({ command: [...onStep.command], timeoutMs: onStep.timeoutMs }, { note, env: without(hook?.secretEnv ?? null, env) })]),
  ];
  return notifier({ about, note, listeners });
}

/** The secret is for the webhook alone. */
const without = (name: string | null, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => (name === null ? env : { ...env, [name]: undefined });

function secretOf(name: string | null, env: NodeJS.ProcessEnv): { readonly secret?: string } {
  if (name === null) return {};
  const secret = env[name];
  if (secret !== undefined && secret !== '') return { secret };
  throw new RolloutError('configuration', `The webhook is to be signed with the secret in ${name}, which is not set.`, {
    untouched: 'Nothing was changed.',
    next: `Set ${name}, or take \`secretEnv\` out of the configuration.`,
  });
}
