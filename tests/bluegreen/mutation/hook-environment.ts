import { TestEnvironment } from 'jest-environment-node';
import { HOOK_FAILURE } from './verdict.ts';

interface CircusEvent {
  readonly name: string;
  readonly error?: unknown;
  readonly hook?: { readonly type: string };
}

/** Jest reports what a hook threw as a failure of each test after it, although none was begun; this says so in the failure. */
export default class HookEnvironment extends TestEnvironment {
  handleTestEvent({ name, error, hook }: CircusEvent): void {
    const isBefore = name === 'hook_failure' && hook?.type.startsWith('before');
    if (isBefore && typeof error === 'object' && error !== null)
      Object.assign(error, { stack: `${HOOK_FAILURE}${(error as Error).stack ?? ''}` });
  }
}
