import { connect } from 'node:net';
import { MINIMUM_CLIENT, Problem, RELEASE } from '@devplatform/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, eventually, TestBed } from '../test-bed.ts';

let bed: TestBed;
let blue: Backend;
let ada: ApiClient;
let project: string;

beforeAll(async () => {
  bed = await TestBed.open();
  blue = await bed.start('blue');
  ada = await ApiClient.register(blue);
  project = (await ada.post('/projects', { name: 'HTTP' })).body.id;
});
afterAll(() => bed.close());

const identity = (headers: Headers): unknown => [headers.get('x-api-version'), headers.get('x-slot')];

/** What the server answers to bytes that no client library would send. */
function sendRaw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(blue.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('error', reject);
  });
}

describe('every answer', () => {
  it.each([
    ['a good one', '/health', 200],
    ['liveness', '/live', 200],
    ['a route that is not there', '/nothing-here', 404],
    ['an id that is none', '/projects/1', 400],
    ['a malformed address', '/projects/%zz', 400],
    ['the document', '/openapi.json', 200],
    ['the page', '/docs', 200],
    ['a path that climbs', '/docs/..%2f..%2fmain.js', 404],
  ])('names release, slot and request: %s', async (_what, path, status) => {
    const { headers, ...answer } = await ada.get(path);
    expect(answer.status).toBe(status);
    expect(identity(headers)).toEqual([RELEASE, 'blue']);
    expect(headers.get('x-minimum-client')).toBe(MINIMUM_CLIENT);
    expect(headers.get('x-content-type-options') ?? 'nosniff').toBe('nosniff');
  });

  it('names them also where the request cannot be read at all', async () => {
    const answer = await sendRaw('NONSENSE\r\n\r\n');
    expect(answer).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\nx-api-version: 1\.3\.0\r\nx-slot: blue\r\nx-minimum-client: 1\.2\.0\r\ncontent-type: application\/problem\+json/,
    );
    expect(Problem.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''))).toMatchObject({ code: 'malformed-request' });
    expect(await sendRaw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 [^]*x-slot: blue/);
  });

  it('carries the request id of a proxy, unless it does not look like one', async () => {
    expect((await ada.get('/live', { 'x-request-id': 'edge-1.2' })).headers.get('x-request-id')).toBe('edge-1.2');
    expect((await ada.get('/live', { 'x-request-id': '<script>' })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a request whose client goes away', () => {
  const none = async (): Promise<boolean> =>
    (await ApiClient.ofControlPlane(blue, TestBed.INTERNAL_TOKEN).get('/metrics')).text.includes(
      'http_requests_in_flight{slot="blue",release="1.3.0"} 0',
    );

  it.each([
    [
      'in the middle of its body',
      `POST /api/v1/auth/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
    ],
    ['before its answer', 'GET /api/v1/projects HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['while others wait behind it on its connection', 'GET /api/v1/projects HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3)],
  ])('%s is not counted as under way for ever', async (_what, bytes) => {
    const lock = await bed.hold('LOCK TABLE project IN ACCESS EXCLUSIVE MODE');
    const { hostname, port } = new URL(blue.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    await eventually(async () => !(await none()), 'the request to be under way');
    socket.destroy();
    await lock.release();
    await expect(eventually(none, 'no request to be under way')).resolves.toBe(true);
  });
});

describe('a request that is no good', () => {
  const post = (body: unknown, headers?: Record<string, string>) => (): Promise<Answer> => ada.post('/projects', body, headers);
  it.each<[string, () => Promise<Answer>, number, string]>([
    ['is no JSON', post('{"name": '), 400, 'malformed-request'],
    ['is empty', post('', { 'content-type': 'application/json' }), 400, 'malformed-request'],
    ['is not an object', post('[]'), 400, 'invalid-request'],
    ['would set the prototype', post('{"name":"x","__proto__":{"admin":true}}'), 400, 'malformed-request'],
    ['is larger than 1 MiB', post({ name: 'x'.repeat(1024 * 1024) }), 413, 'body-too-large'],
    ['is XML', post('<project/>', { 'content-type': 'application/xml' }), 415, 'unsupported-media-type'],
    ['has a name of another type', post({ name: 7 }), 400, 'invalid-request'],
    ['has a name that is too long', post({ name: 'x'.repeat(201) }), 400, 'invalid-request'],
    ['has a control character', post({ name: 'a\u0000b' }), 400, 'invalid-request'],
    ['has a control character in a longer text', post({ name: 'x', description: 'a\u0007b' }), 400, 'invalid-request'],
    ['has an unknown visibility', post({ name: 'x', visibility: 'secret' }), 400, 'invalid-request'],
    ['has a token that is none', () => new ApiClient(blue, 'abc').get('/projects'), 401, 'invalid-token'],
    ['has another scheme', () => ada.get('/projects', { authorization: 'Basic YTpi' }), 401, 'invalid-token'],
  ])('%s', async (_what, send, status, code) => {
    const answer = await send();
    expect({ status: answer.status, code: answer.body.code, type: answer.headers.get('content-type') }).toEqual({
      status,
      code,
      type: expect.stringContaining('application/problem+json'),
    });
    expect(Problem.parse(answer.body)).toEqual(answer.body);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts|at \w+ \(/);
  });

  it('is told every fault at once, each with its path', async () => {
    const { body } = await ada.post(`/projects/${project}/annotations`, { body: '', position: [0, 'x', 0], sceneId: 'y' });
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['body', 'position.1', 'sceneId']);
  });
});

describe('text from users', () => {
  it.each([
    `'; DROP TABLE project; --`,
    `x' OR '1'='1`,
    `$1; SELECT pg_sleep(10)`,
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    '{{constructor.constructor("return process")()}}',
    '\u202egnp.exe \u{1F600} \u0130',
  ])('is kept and given back as it is: %s', async (text) => {
    const made = await ada.post('/projects', { name: text, description: text });
    expect(made).toMatchObject({ status: 201, body: { name: text, description: text } });
    const scene = await ada.post(`/projects/${made.body.id}/scenes`, { name: text });
    const note = await ada.post(`/projects/${made.body.id}/annotations`, { body: text, position: [0, 0, 0] });
    expect([scene.body.name, note.body.body]).toEqual([text, text]);
    const { headers } = await ada.get(`/projects/${made.body.id}`);
    expect([headers.get('content-type'), headers.get('x-content-type-options')]).toEqual(['application/json; charset=utf-8', 'nosniff']);
    const injected = await ada.get(`/projects?cursor=${encodeURIComponent(text)}&limit=${encodeURIComponent(text)}`);
    expect(injected.status).toBe(400);
  });
});

describe('the OpenAPI document', () => {
  it('describes every route with the contracts as schemas', async () => {
    const { text } = await new ApiClient(blue).get('/openapi.json');
    const { paths, components, security } = JSON.parse(text) as OpenAPIObject;
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
    );
    expect(operations.sort()).toMatchSnapshot();
    const refersTo = (name: string, type = 'application/json'): unknown =>
      expect.objectContaining({ content: { [type]: { schema: { $ref: `#/components/schemas/${name}` } } } });
    expect(paths['/api/v1/projects']?.post?.requestBody).toEqual(refersTo('NewProject'));
    expect(paths['/api/v1/projects/{id}']?.get?.responses).toMatchObject({
      200: refersTo('Project'),
      404: refersTo('Problem', 'application/problem+json'),
    });
    expect(components?.schemas).toMatchObject({ NewProject: { type: 'object', required: ['name'] } });
    const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(components?.schemas ?? {})).toEqual(expect.arrayContaining(names));
    expect(security).toEqual([{ bearer: [] }, {}]);
  });

  it('has a page that needs nothing from elsewhere', async () => {
    const client = new ApiClient(blue);
    const page = await client.get('/docs');
    expect(page.headers.get('content-type')).toMatch('text/html');
    for (const [, path = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await client.get(`/${path}`)).status).toBe(200);
  });
});
