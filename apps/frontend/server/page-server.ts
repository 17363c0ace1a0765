import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { MINIMUM_CLIENT, MINIMUM_CLIENT_HEADER, RELEASE, SLOT_HEADER, VERSION_HEADER, type Slot } from '@devplatform/contracts';
import sirv from 'sirv';
import { SECURITY_HEADERS } from './security-headers.ts';

export interface PageServerOptions {
  /** Folder with index.html and assets/, as Vite builds it. */
  readonly publicDir: string;
  readonly assetDepot: string | null;
  readonly slot: Slot;
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Belong to other parts behind the front door: an API client must not mistake the page for an answer. */
const FOREIGN = /^\/(api|ws|devplatform)(\/|$)/;
const ASSETS = '/assets/';

/**
 * Files are looked up at each request, not listed at start: one that vanished is answered 404 or from the depot. The page
 * itself is kept in memory and therefore always fits the release that this process was started as.
 */
const files = (folder: string, cacheControl: string): Handler =>
  sirv(folder, {
    dev: true,
    gzip: true,
    extensions: [],
    setHeaders: (response) => response.setHeader('Cache-Control', cacheControl),
  });

/** Serves the page of one release; not listening yet. Throws when `publicDir` holds no page. */
export function createPageServer({ publicDir, assetDepot, slot }: PageServerOptions): Server {
  const shell = readFileSync(join(publicDir, 'index.html'));
  const ownAssets = files(join(publicDir, 'assets'), IMMUTABLE);
  const depotAssets: Handler =
    assetDepot === null
      ? (_request, _response, next) => {
          next();
        }
      : files(assetDepot, IMMUTABLE);
  const otherFiles = files(publicDir, 'no-cache');

  const serveShell = (response: ServerResponse): void => {
    // Not even a restored tab may show the page of a release that is gone.
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': shell.length, 'Cache-Control': 'no-store' });
    response.end(shell);
  };

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url?.split('?', 1)[0] ?? '/';
    const missing = (): void => {
      refuse(response, 404, 'There is no such file in this release or in the depot of earlier ones.');
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'Only GET and HEAD are answered here.');
    else if (path === '/live')
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end('{"status":"alive"}');
    else if (path.startsWith(ASSETS)) {
      request.url = path.slice(ASSETS.length - 1);
      ownAssets(request, response, () => {
        depotAssets(request, response, missing);
      });
    } else if (FOREIGN.test(path)) missing();
    else if (/\.[^/]*$/.test(path)) otherFiles(request, response, missing);
    else serveShell(response);
  };

  return createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    response.setHeader(VERSION_HEADER, RELEASE).setHeader(SLOT_HEADER, slot).setHeader(MINIMUM_CLIENT_HEADER, MINIMUM_CLIENT);
    // sirv throws on a range that ends before it begins; answering the whole file is always allowed.
    delete request.headers.range;
    serve(request, response);
  });
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(`${reason}\n`);
}
