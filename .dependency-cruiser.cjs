/** What only specs import may start parts of its own; specs themselves are not looked at. */
const SPEC_SUPPORT = '(test-bed|raw-editor)\\.ts$|/spec-support/';

/** Directions between rooms that the Nx tags do not say, and no import cycles anywhere. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'apps-never-import-rollout',
      severity: 'error',
      from: { path: '^apps', pathNot: SPEC_SUPPORT },
      to: { path: '^libs/(rollout|harness|embedded)' },
    },
    {
      name: 'three-only-in-the-page',
      severity: 'error',
      from: { pathNot: '^apps/frontend' },
      to: { path: 'node_modules/(three|@react-three)/' },
    },
    { name: 'nest-only-in-the-backend', severity: 'error', from: { pathNot: '^apps/backend' }, to: { path: 'node_modules/@nestjs/' } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\?(url|worker)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(\\.spec\\.tsx?$|^dist|\\.d\\.ts$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'node', 'types'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.json'],
    },
  },
};
