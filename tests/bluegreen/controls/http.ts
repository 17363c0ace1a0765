import type { Control } from './control.ts';

export const httpControls: readonly Control[] = [
  {
    rule: 'HTTP-1',
    control: 'takes every request for one that may be repeated: no dedupe',
    edits: [
      {
        file: 'apps/backend/src/http/idempotency.ts',
        find: '!MUTATIONS.has(request.method)',
        replace: 'MUTATIONS.has(request.method)',
      },
    ],
    test: 'apps/backend/src/http/idempotency.spec.ts',
  },
  {
    rule: 'HTTP-2',
    control: 'a long poll keeps a slot that is being left',
    edits: [
      { file: 'apps/backend/src/tasks/task-watch.ts', find: 'const leaving = this.#drain.draining;', replace: 'const leaving = false;' },
    ],
    test: 'apps/backend/src/tasks/long-poll.spec.ts',
  },
  {
    rule: 'HTTP-2',
    control: 'a slot that is being left cuts kept connections instead of saying so',
    edits: [
      {
        file: 'apps/backend/src/http/request-hooks.ts',
        find: "if (leaving()) reply.header('connection', 'close');",
        replace: 'if (leaving()) reply.raw.destroy();',
      },
    ],
    test: 'apps/backend/src/tasks/long-poll.spec.ts',
  },
  {
    rule: 'HTTP-3',
    control: 'closes queues and pools while a request is under way',
    edits: [{ file: 'apps/backend/src/backend.ts', find: '      await requests.none();\n', replace: '' }],
    test: 'apps/backend/src/main.spec.ts',
  },
  {
    rule: 'HTTP-3',
    control: 'stops the pools first',
    edits: [
      {
        file: 'libs/runtime/src/lifecycle/lifecycle.ts',
        find: 'this.#stages.push({ name, boundMs, stop });',
        replace: 'this.#stages.unshift({ name, boundMs, stop });',
      },
    ],
    test: 'apps/backend/src/main.spec.ts',
  },
];
