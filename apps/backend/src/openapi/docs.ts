import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../http/problem.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>devplatform API</title><link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="page"></div><script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body>
</html>`;
const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null })`;
const ASSETS = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' } as const;

/** `/api/v1/openapi.json`, built at the first request, and Swagger UI over it at `/api/v1/docs`. */
export function installDocs(server: FastifyInstance, app: INestApplication): void {
  let document: Promise<OpenAPIObject> | undefined;
  server.get('/api/v1/openapi.json', () => (document ??= import('./document.ts').then(({ describe }) => describe(app))));
  server.get('/api/v1/docs', (_request, reply) => reply.type('text/html').send(PAGE));
  server.get('/api/v1/docs/start.js', (_request, reply) => reply.type('text/javascript').send(START));
  for (const [name, type] of Object.entries(ASSETS)) {
    server.get(`/api/v1/docs/${name}`, (_request, reply) => reply.type(type).send(createReadStream(join(assetFolder(), name))));
  }
}

/** The package is not part of the bundle: 2 MB that nobody needs in memory. */
function assetFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  } catch (cause) {
    throw new ProblemError(
      404,
      'docs-page-unavailable',
      'The package swagger-ui-dist is not installed here; /api/v1/openapi.json is complete.',
      { cause },
    );
  }
}
