import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import jest from 'eslint-plugin-jest';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

/** For the specs of the applications; dependency-cruiser keeps everything else of theirs out. */
const TEST_ROOMS = ['room:embedded', 'room:harness'];

const only = (tag, ...allowed) => ({ sourceTag: tag, onlyDependOnLibsWithTags: allowed });

export default ts.config(
  { ignores: ['**/node_modules', '.dependency-cruiser.cjs', 'dist', '.nx', '.devplatform', 'coverage', 'tests/load'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.mjs', 'scripts/*.mjs'] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      'no-undef': 'off', // TypeScript knows better
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    plugins: { '@nx': nx },
    files: ['**/*.ts', '**/*.tsx', '**/*.mts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          // Loaded lazily where starting fast matters, and plainly elsewhere.
          checkDynamicDependenciesExceptions: ['@devplatform/migration-check', '@devplatform/migrations'],
          depConstraints: [
            only('room:contracts', 'room:contracts'),
            only('room:session', 'room:contracts'),
            only('room:runtime', 'room:contracts', 'room:embedded'),
            only('room:migrations', 'room:contracts'),
            only('room:app', 'room:contracts', 'room:runtime', 'room:session', 'room:migrations', ...TEST_ROOMS),
            only('room:engine', 'room:contracts'),
            only('room:gates', 'room:engine', 'room:contracts', 'room:session'),
            only('room:config', 'room:engine', 'room:contracts'),
            only('room:embedded', 'room:contracts'),
            only('room:migration-check', 'room:embedded'),
            only('room:target', 'room:engine', 'room:contracts', 'room:embedded', 'room:migration-check'),
            only('room:cli', 'room:engine', 'room:config', 'room:gates', 'room:target', 'room:contracts'),
            only('room:harness', 'room:contracts', 'room:session', 'room:embedded', 'room:engine', 'room:cli', 'room:target'),
            only('room:scripts', '*'),
            only('room:tests', '*'),
          ],
        },
      ],
    },
  },
  { files: ['apps/backend/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  { files: ['**/*.tsx'], plugins: { 'react-hooks': hooks }, rules: hooks.configs.recommended.rules },
  { files: ['**/*.spec.ts', '**/*.spec.tsx'], ...jest.configs['flat/recommended'] },
  { files: ['**/*.mjs'], ...ts.configs.disableTypeChecked },
);
