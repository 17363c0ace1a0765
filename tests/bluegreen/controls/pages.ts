import type { Control } from './control.ts';

export const pagesControls: readonly Control[] = [
  {
    rule: 'WEB-1',
    control: 'serves the assets of its own release only',
    edits: [
      {
        file: 'apps/frontend/server/page-server.ts',
        find: '        depotAssets(request, response, missing);',
        replace: '        missing();',
      },
    ],
    test: 'apps/frontend/server/page-server.spec.ts',
  },
  {
    rule: 'WEB-2',
    control: 'keeps the assets of a release for itself',
    edits: [
      {
        file: 'apps/frontend/server/asset-depot.ts',
        find: '.filter((name) => !present.has(name));',
        replace: '.filter((name) => present.has(name));',
      },
    ],
    test: 'apps/frontend/server/asset-depot.spec.ts',
  },
  {
    rule: 'WEB-3',
    control: 'reloads at an unsafe point',
    edits: [{ file: 'apps/frontend/src/update/updater.ts', find: '    await whenSafe();\n', replace: '' }],
    test: 'apps/frontend/src/update/updater.spec.ts',
  },
  {
    rule: 'WEB-3',
    control: 'reloads for what a reload did not help',
    edits: [
      {
        file: 'apps/frontend/src/update/updater.ts',
        find: 'tried: mark === markOf(update)',
        replace: "tried: mark === '' && update.need === 'none'",
      },
    ],
    test: 'apps/frontend/src/update/updater.spec.ts',
  },
  {
    rule: 'WEB-3',
    control: 'compares versions as text',
    edits: [
      {
        file: 'libs/contracts/src/release.ts',
        find: '  if (!a || !b) return false;\n',
        replace: '  if (!a || !b) return false;\n  if (a.length === 3) return version < than;\n',
      },
    ],
    test: 'apps/frontend/src/update/update.spec.ts',
  },
  {
    rule: 'WEB-4',
    control: 'takes a release while something is unsaved',
    edits: [
      {
        file: 'apps/frontend/src/update/updater.ts',
        find: '(this.#around.isHidden() && isSafe())',
        replace: '(this.#around.isHidden() || isSafe())',
      },
    ],
    test: 'apps/frontend/src/update/updater.spec.ts',
  },
  {
    rule: 'WEB-4',
    control: 'takes a release from under a form that is half typed',
    edits: [{ file: 'apps/frontend/src/update/updater.ts', find: ' || this.#around.isTyping()', replace: '' }],
    test: 'apps/frontend/src/update/updater.spec.ts',
  },
  {
    rule: 'RT-14',
    control: 'never asks for a fresh token',
    edits: [
      {
        file: 'apps/backend/src/realtime/token-watch.ts',
        find: 'const ASK_BEFORE_MS = [60_000, 30_000, 10_000];',
        replace: 'const ASK_BEFORE_MS: number[] = [];',
      },
    ],
    test: 'apps/backend/src/realtime/token.spec.ts',
  },
  {
    rule: 'RT-14',
    control: 'leaves for a connection that is no better, again and again',
    edits: [{ file: 'libs/session/src/session.ts', find: ' && token !== this.#tokenInUse', replace: '' }],
    test: 'libs/session/src/session.spec.ts',
  },
  {
    rule: 'RT-14',
    control: 'lets a session go on after its token has run out',
    edits: [
      {
        file: 'apps/backend/src/realtime/token-watch.ts',
        find: '      this.#expired();\n',
        replace: '',
      },
    ],
    test: 'apps/backend/src/realtime/token.spec.ts',
  },
];
