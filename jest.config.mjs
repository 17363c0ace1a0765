const swc = {
  jsc: {
    target: 'es2024',
    parser: { syntax: 'typescript', tsx: true, decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: 'automatic' } },
  },
  module: { type: 'commonjs' },
};

/** Every module runs through swc, packages too: NestJS 12 and others are ESM only (docs/adr/0001). */
const project = {
  testEnvironment: 'node',
  transform: { '^.+\\.(m?[jt]sx?)$': ['@swc/jest', swc] },
  transformIgnorePatterns: ['node_modules/(typescript|@swc|three|yjs/dist/yjs.cjs)/'],
  moduleFileExtensions: ['ts', 'tsx', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.devplatform', '<rootDir>/.nx'],
};

export default {
  // Patience, not a promise: on a machine that others use too a test may stand still for a while. What hangs still ends.
  testTimeout: 60_000,
  projects: [
    {
      ...project,
      displayName: 'unit',
      rootDir: import.meta.dirname,
      testMatch: ['<rootDir>/{apps,libs,migrations,scripts,tests/migrations}/**/*.spec.{ts,tsx}'],
    },
    { ...project, displayName: 'bluegreen', rootDir: import.meta.dirname, testMatch: ['<rootDir>/tests/bluegreen/**/*.spec.ts'] },
  ],
};
