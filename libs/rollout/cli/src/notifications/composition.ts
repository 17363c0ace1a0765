import type { Configuration } from '@devplatform/rollout-config';
import type { About } from './notification.ts';
import { notifier, type Notifier } from './notifier.ts';
import { stepHook } from './step-hook.ts';
import { webhook } from './webhook.ts';
import { RolloutError } from '@devplatform/rollout-engine';

interface Means {
  readonly about: About;
  readonly note: (text: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/** Everybody whom the configuration wants to be told. Throws where the secret is not in the environment: unsigned is not what was asked for. */
export function notifierOf({ webhook: hook, onStep }: Configuration['notifications'], { about, note, env = process.env }: Means): Notifier {
  const listeners = [
    ...(hook === null ? [] : [webhook({ url: hook.url, events: [...hook.events], ...secretOf(hook.secretEnv, env) }, { note })]),
    ...(onStep === null ? [] : [stepHook({ command: [...onStep.command], timeoutMs: onStep.timeoutMs }, { note })]),
  ];
  return notifier({ about, note, listeners });
}

function secretOf(name: string | null, env: NodeJS.ProcessEnv): { readonly secret?: string } {
  if (name === null) return {};
  const secret = env[name];
  if (secret !== undefined && secret !== '') return { secret };
  throw new RolloutError('configuration', `The webhook is to be signed with the secret in ${name}, which is not set.`, {
    untouched: 'Nothing was changed.',
    next: `Set ${name}, or take \`secretEnv\` out of the configuration.`,
  });
}
