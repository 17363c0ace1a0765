import { join } from 'node:path';
import type { BuildOptions } from 'rolldown';

export const root = join(import.meta.dirname, '..');

/** Entries of an application by the name of the file that they become. */
const ENTRIES = {
  backend: { main: 'apps/backend/src/main.ts', migrate: 'apps/backend/src/migrate.ts' },
  worker: { main: 'apps/worker/src/main.ts', health: 'apps/worker/src/health.ts', 'model-thread': 'apps/worker/src/model-thread.ts' },
  frontend: { server: 'apps/frontend/server/main.ts' },
} as const;
export type App = keyof typeof ENTRIES;
export const APPS = Object.keys(ENTRIES) as App[];

/** Stay packages: native code, files read at run time, or optional drivers that are never loaded. */
const EXTERNAL = [
  /^@napi-rs\/canvas/,
  /^swagger-ui-dist/,
  /^(gltf-validator|draco3dgltf|sharp$)/,
  /^@nestjs\/(microservices|mongoose|platform-express|platform-socket\.io)/,
  /^(class-validator|class-transformer|@fastify\/view|pg-native|pg-query-stream|bullmq-otel|bufferutil|utf-8-validate)/,
  /^(mysql|mysql2|mssql|oracledb|better-sqlite3|sqlite3|sql\.js|mongodb|@sap\/|@google-cloud\/spanner|react-native-sqlite-storage|typeorm-aurora|ts-node|redis$|pino-pretty)/,
];

/** How one application of one release becomes a folder of plain JavaScript with its dependencies inside. */
export function bundle(app: App, version: string, outDir: string): BuildOptions {
  return {
    cwd: root,
    input: { ...ENTRIES[app] },
    platform: 'node',
    external: EXTERNAL,
    logLevel: 'silent',
    tsconfig: join(root, 'tsconfig.base.json'),
    transform: {
      target: 'node24',
      define: { 'process.env.DEVPLATFORM_RELEASE': JSON.stringify(version) },
      decorator: { legacy: true, emitDecoratorMetadata: true },
    },
    output: {
      dir: outDir,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      sourcemap: true,
      keepNames: true,
      // Only white space goes: names stay readable in a stack trace, and a slot is about 40 MB smaller.
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    },
  };
}
