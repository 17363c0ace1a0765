import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { CLIENT_RELEASE_HEADER, CloseCode, Ledger, LedgerCounts, LedgerKind, PAGE_ID_HEADER, type LedgerRow } from '@devplatform/contracts';
import { startPostgres, stopPart, until } from '@devplatform/embedded';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { RawEditor } from '../realtime/raw-editor.ts';
import { ApiClient, eventually, TestBed } from '../test-bed.ts';

let bed: TestBed;
let blue: Backend;
let green: Backend;
let ada: ApiClient;
let control: ApiClient;
let projectId: string;
let sceneId: string;
const editors: RawEditor[] = [];

beforeAll(async () => {
  bed = await TestBed.open();
  [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  ada = await ApiClient.register(blue);
  control = ApiClient.ofControlPlane(blue, TestBed.INTERNAL_TOKEN);
  projectId = (await ada.post('/projects', { name: 'Ledger' })).body.id;
  sceneId = (await ada.post(`/projects/${projectId}/scenes`, { name: 'Ledger' })).body.id;
});
afterEach(async () => {
  for (const { socket } of editors.splice(0)) socket.terminate();
  await control.delete('/drain');
  await eventually(async () => /"sockets":0/.test((await control.get('/drain')).text), 'blue to be empty');
});
afterAll(() => bed.close());

/** Opens a connection and leaves it at the door. */
async function connected(to: Backend): Promise<RawEditor> {
  const editor = await new RawEditor(to.url, sceneId).open();
  editors.push(editor);
  return editor;
}

/** A session on a slot. */
async function editing(to: Backend, hello: { sessionId?: string; reason?: 'open' | 'resume' | 'handover'; gapMs?: number } = {}) {
  const editor = await connected(to);
  const sessionId = hello.sessionId ?? randomUUID();
  await editor.greet({ token: ada.token ?? '', ...hello, sessionId });
  return { editor, sessionId };
}

const open = async (handoverId: string): Promise<LedgerCounts> =>
  LedgerCounts.parse((await control.post('/handover', { handoverId, to: 'green' })).body);
const read = async (id: string): Promise<Ledger> =>
  Ledger.parse((await ApiClient.ofControlPlane(green, TestBed.INTERNAL_TOKEN).get(`/handovers/${id}`)).body);

/** The row once it says what is expected of it, or what it says at the deadline. */
async function becomes(id: string, which: (row: LedgerRow) => boolean, expected: Partial<LedgerRow>): Promise<LedgerRow | undefined> {
  let row: LedgerRow | undefined;
  const reached = async (): Promise<boolean> => {
    row = (await read(id)).rows.find(which);
    return row !== undefined && Object.entries(expected).every(([name, value]) => row?.[name as keyof LedgerRow] === value);
  };
  await until(reached, { what: 'the row', deadlineMs: 5000, everyMs: 50 }).catch(() => undefined);
  return row;
}
const of = (sessionId: string) => (row: LedgerRow) => row.session === sessionId;

describe('a ledger', () => {
  it('LED-1: lists everything that is under way when the front door has moved, and counts it by other means', async () => {
    const pageId = randomUUID();
    await ada.get('/projects', { [PAGE_ID_HEADER]: pageId, [CLIENT_RELEASE_HEADER]: '1.2.0' });
    await ada.get('/projects', { [PAGE_ID_HEADER]: 'no page' });
    const file = { clientUploadId: randomUUID(), fileName: 'chair.glb', size: 9, sha256: '0'.repeat(64) };
    const { body: upload } = await ada.post(`/projects/${projectId}/uploads`, file);
    const task = await aTask(upload.id);
    const { sessionId } = await editing(blue);
    await connected(blue);
    const lock = await bed.hold('LOCK TABLE scene IN ACCESS EXCLUSIVE MODE');
    const slow = ada.get(`/scenes/${sceneId}`);
    await eventually(async () => /"httpInFlight":1/.test((await control.get('/drain')).text), 'the request to be under way');

    const id = randomUUID();
    const counted = await open(id);
    expect(counted).toEqual({ socket: 2, request: 1, upload: 1, job: 1, page: 1 });
    expect(await open(id)).toEqual(counted);
    await lock.release();
    expect((await slow).status).toBe(200);

    const ledger = await read(id);
    expect(ledger).toMatchObject({ handoverId: id, from: 'blue', to: 'green', counted });
    for (const kind of LedgerKind.options) expect(ledger.rows.filter((row) => row.kind === kind)).toHaveLength(counted[kind]);
    expect(ledger.rows.find(of(sessionId))).toMatchObject({ kind: 'socket', detail: `scene ${sceneId}`, outcome: null, late: false });
    expect(ledger.rows.find(({ item }) => item === upload.id)).toMatchObject({ detail: 'chair.glb', outcome: 'carried' });
    expect(ledger.rows.find(({ item }) => item === task)).toMatchObject({ detail: 'chair.glb', outcome: 'carried' });
    expect(ledger.rows.find(({ item }) => item === pageId)).toMatchObject({ detail: '1.2.0', outcome: 'quiet' });
    const answered = await becomes(id, ({ kind }) => kind === 'request', { outcome: 'finished' });
    expect(answered).toMatchObject({ outcome: 'finished', detail: 'GET /api/v1/scenes/:id 200' });

    await ada.on(green).get('/projects', { [PAGE_ID_HEADER]: pageId });
    expect(await becomes(id, ({ item }) => item === pageId, { outcome: 'moved' })).toMatchObject({ outcome: 'moved', toSlot: 'green' });
    await bed.sql(`UPDATE processing_task SET effects = 2, status = 'done'`);
    await bed.sql(`DELETE FROM upload WHERE id <> $1`, [upload.id]);
    expect((await read(id)).rows.find(({ item }) => item === task)?.outcome).toBe('left');
  });

  it('LED-1: says of each socket what became of it, as the two slots saw it', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => editing(blue)));
    const [moves, resumes, closes, vanishes, returns, dawdles] = sessions;
    const doorstep = await connected(blue);
    const id = randomUUID();
    await open(id);
    const late = await editing(blue);
    const nameless = randomUUID();
    await doorstep.greet({ token: ada.token ?? '', sessionId: nameless });

    await editing(green, { sessionId: moves?.sessionId ?? '', reason: 'handover' });
    await editing(green, { sessionId: nameless, reason: 'handover' });
    await editing(green, { sessionId: late.sessionId, reason: 'handover' });
    for (const { socket } of [moves?.editor, doorstep, late.editor].flatMap((editor) => editor ?? [])) {
      socket.send(JSON.stringify({ type: 'bye' }));
      socket.close(1000);
    }
    resumes?.editor.socket.terminate();
    await editing(green, { sessionId: resumes?.sessionId ?? '', reason: 'resume', gapMs: 321 });
    closes?.editor.socket.close(1001);
    vanishes?.editor.socket.terminate();
    returns?.editor.socket.terminate();
    expect(await becomes(id, of(returns?.sessionId ?? ''), { outcome: 'gone' })).toMatchObject({ outcome: 'gone' });
    await editing(green, { sessionId: returns?.sessionId ?? '', reason: 'resume', gapMs: 5 });

    const drain = { handoverId: id, to: 'green', publicUrl: green.url, windowMs: 0, deadlineMs: 300 };
    expect((await control.post('/drain', drain)).status).toBe(200);
    expect(await dawdles?.editor.closed).toBe(CloseCode.drainDeadline);
    expect(await becomes(id, of(dawdles?.sessionId ?? ''), { outcome: 'forced' })).toMatchObject({ outcome: 'forced', toSlot: null });

    const moved = { outcome: 'moved' as const, toSlot: 'green' as const, late: false, gapMs: 0, retries: 0 };
    const expected: [string | undefined, Partial<LedgerRow>][] = [
      [moves?.sessionId, moved],
      [nameless, moved],
      [late.sessionId, { ...moved, late: true }],
      [resumes?.sessionId, { ...moved, gapMs: 321, retries: 1 }],
      [returns?.sessionId, { ...moved, gapMs: 5, retries: 1 }],
      [closes?.sessionId, { outcome: 'left', toSlot: null }],
      [vanishes?.sessionId, { outcome: 'gone', toSlot: null }],
    ];
    for (const [sessionId = '', row] of expected) expect(await becomes(id, of(sessionId), row)).toMatchObject(row);
  });

  it('LED-2: leaves open what said that it goes elsewhere and never arrived', async () => {
    const { editor, sessionId } = await editing(blue);
    const back = await editing(blue);
    const id = randomUUID();
    await open(id);
    editor.send({ type: 'bye' });
    editor.socket.close(1000);
    await editor.closed;
    // The slot that it left is no arrival.
    await editing(blue, { sessionId: back.sessionId, reason: 'handover' });
    back.editor.send({ type: 'bye' });
    back.editor.socket.close(1000);
    await back.editor.closed;
    const { sessionId: witness } = await editing(blue);
    await becomes(id, of(witness), { late: true });
    const { rows } = await read(id);
    expect(rows.find(of(sessionId))).toMatchObject({ outcome: null, closedAt: null });
    expect(rows.filter(of(back.sessionId)).map(({ outcome }) => outcome)).toEqual([null, null]);
  });

  it('LED-1: loses nothing that happens while its rows are being written', async () => {
    const [early, quick] = [await editing(blue), await editing(blue)];
    const lock = await bed.hold('LOCK TABLE handover_item IN ACCESS EXCLUSIVE MODE');
    const id = randomUUID();
    const opening = open(id);
    await eventually(async () => (await bed.sql(`SELECT FROM pg_locks WHERE NOT granted`)).length > 0, 'the rows to wait');
    await editing(green, { sessionId: early.sessionId, reason: 'handover' });
    early.editor.send({ type: 'bye' });
    quick.editor.socket.close(1000);
    await quick.editor.closed;
    await lock.release();
    expect((await opening).socket).toBe(2);
    expect(await becomes(id, of(early.sessionId), { outcome: 'moved' })).toMatchObject({ outcome: 'moved' });
    expect(await becomes(id, of(quick.sessionId), { outcome: 'left' })).toMatchObject({ outcome: 'left' });
  });

  it('LED-1: keeps what it cannot write while PostgreSQL is away', async () => {
    const sessions = await Promise.all(Array.from({ length: 3 }, () => editing(blue)));
    const [leaves, moves] = sessions;
    await stopPart(bed.dir, 'postgres');
    const id = randomUUID();
    const opening = open(id);
    leaves?.editor.socket.close(1000);
    await leaves?.editor.closed;
    await startPostgres(bed.dir);
    expect((await opening).socket).toBe(3);
    await eventually(async () => (await new ApiClient(green).get('/health')).status === 200, 'green to be healthy');
    await editing(green, { sessionId: moves?.sessionId ?? '', reason: 'handover' });
    expect(await becomes(id, of(leaves?.sessionId ?? ''), { outcome: 'left' })).toMatchObject({ outcome: 'left' });
    expect(await becomes(id, of(moves?.sessionId ?? ''), { outcome: 'moved' })).toMatchObject({ outcome: 'moved' });
  });

  it('says that a request was left by its client', async () => {
    const lock = await bed.hold('LOCK TABLE project IN ACCESS EXCLUSIVE MODE');
    const { hostname, port } = new URL(blue.url);
    const socket = connect(Number(port), hostname, () => socket.write('GET /api/v1/projects HTTP/1.1\r\nhost: x\r\n\r\n'));
    await eventually(async () => /"httpInFlight":1/.test((await control.get('/drain')).text), 'the request to be under way');
    const id = randomUUID();
    await open(id);
    socket.destroy();
    await lock.release();
    const row = await becomes(id, ({ kind }) => kind === 'request', { outcome: 'left' });
    expect(row).toMatchObject({ outcome: 'left', detail: 'GET /api/v1/projects 499' });
  });

  it('is refused to itself, and unknown where there is none', async () => {
    expect(await control.post('/handover', { handoverId: randomUUID(), to: 'blue' })).toMatchObject({ status: 409 });
    expect(await control.get(`/handovers/${randomUUID()}`)).toMatchObject({ status: 404, body: { code: 'unknown-handover' } });
    const id = randomUUID();
    await open(id);
    expect(Ledger.parse((await control.get('/handovers/latest')).body).handoverId).toBe(id);
  });
});

/** A model whose file is stored and whose job is queued; returns the task's id. */
async function aTask(uploadId: string): Promise<string> {
  const [upload] = await bed.sql<{ id: string }>(
    `INSERT INTO upload (project_id, client_upload_id, file_name, size, sha256, object_key, status)
     SELECT project_id, gen_random_uuid(), file_name, size, sha256, object_key, 'verifying' FROM upload WHERE id = $1 RETURNING id`,
    [uploadId],
  );
  const [model] = await bed.sql<{ id: string }>(`INSERT INTO model (project_id, name) VALUES ($1, 'chair') RETURNING id`, [projectId]);
  const [version] = await bed.sql<{ id: string }>(
    `INSERT INTO model_version (model_id, number, upload_id, file_name, object_key, size, sha256) VALUES ($1, 1, $2, 'chair.glb', 'k', 9, 's') RETURNING id`,
    [model?.id, upload?.id],
  );
  const [task] = await bed.sql<{ id: string }>(
    `INSERT INTO processing_task (project_id, model_version_id, contract, status) VALUES ($1, $2, 2, 'queued') RETURNING id`,
    [projectId, version?.id],
  );
  return task?.id ?? '';
}
