import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, TestBed } from '../test-bed.ts';

let bed: TestBed;
let blue: Backend;
let ada: ApiClient;
let grace: ApiClient;
let nobody: ApiClient;

beforeAll(async () => {
  bed = await TestBed.open();
  blue = await bed.start('blue');
  [ada, grace, nobody] = [await ApiClient.register(blue, 'Ada'), await ApiClient.register(blue, 'Grace'), new ApiClient(blue)];
});
afterAll(() => bed.close());

const create = async (visibility: 'public' | 'private'): Promise<string> =>
  (await ada.post('/projects', { name: `A ${visibility} project`, visibility })).body.id;

describe('projects', () => {
  it('are listed to everybody where they are public, and to members where they are not', async () => {
    const [open, closed] = [await create('public'), await create('private')];
    const ids = async (client: ApiClient): Promise<string[]> => (await client.get('/projects?limit=100')).body.items.map(({ id }) => id);
    expect(await ids(ada)).toEqual(expect.arrayContaining([open, closed]));
    for (const client of [grace, nobody]) {
      expect(await ids(client)).toContain(open);
      expect(await ids(client)).not.toContain(closed);
    }
    expect(await nobody.get(`/projects/${open}`)).toMatchObject({ status: 200, body: { id: open, role: null, visibility: 'public' } });
    expect(await ada.get(`/projects/${closed}`)).toMatchObject({ status: 200, body: { role: 'admin' } });
  });

  it('do not tell a stranger whether a private one exists', async () => {
    const closed = await create('private');
    const missing = await grace.get('/projects/00000000-0000-4000-8000-000000000000');
    const hidden = await grace.get(`/projects/${closed}`);
    expect(hidden).toMatchObject({ status: 404, body: { code: 'unknown-project' } });
    expect({ ...hidden.body, instance: '' }).toEqual({ ...missing.body, instance: '' });
    expect((await nobody.get(`/projects/${closed}/scenes`)).status).toBe(404);
  });

  it('let members do what their role allows, and no more', async () => {
    const id = await create('public');
    expect(await nobody.post(`/projects/${id}/scenes`, { name: 's' })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const tries = async (): Promise<unknown> => {
      const scene = await grace.post(`/projects/${id}/scenes`, { name: 's' });
      return { scene: scene.status, change: (await grace.patch(`/projects/${id}`, { description: 'changed' })).status };
    };
    const become = async (role: string): Promise<void> => {
      expect((await ada.put(`/projects/${id}/members/${grace.userId}`, { role })).status).toBe(200);
    };
    expect(await tries()).toEqual({ scene: 403, change: 403 });
    await become('viewer');
    expect(await tries()).toEqual({ scene: 403, change: 403 });
    await become('editor');
    expect(await tries()).toEqual({ scene: 201, change: 403 });
    await become('admin');
    expect(await tries()).toEqual({ scene: 201, change: 200 });
    expect((await ada.get(`/projects/${id}`)).body).toMatchObject({ name: 'A public project', description: 'changed' });
  });

  it('keep at least one admin, also when two remove each other at once', async () => {
    const id = await create('private');
    expect(await ada.delete(`/projects/${id}/members/${ada.userId}`)).toMatchObject({ status: 409, body: { code: 'last-admin' } });
    await ada.put(`/projects/${id}/members/${grace.userId}`, { role: 'admin' });
    await Promise.all([ada.delete(`/projects/${id}/members/${grace.userId}`), grace.delete(`/projects/${id}/members/${ada.userId}`)]);
    const admins = await bed.sql(`SELECT user_id FROM project_member WHERE project_id = $1 AND role = 'admin'`, [id]);
    expect(admins.length).toBeGreaterThan(0);
  });

  it('are deleted with everything in them', async () => {
    const id = await create('private');
    await ada.post(`/projects/${id}/scenes`, { name: 's' });
    expect((await ada.delete(`/projects/${id}`)).status).toBe(204);
    expect((await ada.get(`/projects/${id}`)).status).toBe(404);
    expect(await bed.sql('SELECT FROM scene WHERE project_id = $1', [id])).toEqual([]);
  });

  it('come in pages that miss nothing and repeat nothing, also for rows of the same microsecond', async () => {
    const id = await create('private');
    await bed.sql(
      `INSERT INTO scene (project_id, name, created_at) SELECT $1, n::text, '2026-01-01T00:00:00.123456Z'::timestamptz + (n / 3) * interval '1 microsecond'
       FROM generate_series(1, 25) n`,
      [id],
    );
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const { body }: Answer = await ada.get(`/projects/${id}/scenes?limit=4${next === '' ? '' : `&cursor=${next}`}`);
      seen.push(...body.items.map(({ name }) => name));
      next = body.next;
    }
    expect(seen.length).toBe(25);
    expect(new Set(seen).size).toBe(25);
    expect(await ada.get('/projects?cursor=bm9uc2Vuc2U')).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
    expect(await ada.get('/projects?limit=101')).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ path: 'limit' }] },
    });
  });
});

describe('annotations', () => {
  it('have an author and, from v1.3.0 on, a status that editors change', async () => {
    const id = await create('private');
    const scene = (await ada.post(`/projects/${id}/scenes`, { name: 's' })).body.id;
    const made = await ada.post(`/projects/${id}/annotations`, { body: 'Look', position: [1, 2.5, -3], sceneId: scene });
    expect(made).toMatchObject({ status: 201, body: { author: 'Ada', position: [1, 2.5, -3], sceneId: scene, status: 'open' } });
    expect(await ada.patch(`/annotations/${made.body.id}`, { status: 'resolved' })).toMatchObject({
      status: 200,
      body: { status: 'resolved' },
    });
    expect((await ada.get(`/projects/${id}/annotations`)).body.items).toEqual([{ ...made.body, status: 'resolved' }]);
    expect((await grace.patch(`/annotations/${made.body.id}`, { status: 'open' })).status).toBe(404);
    const elsewhere = (await ada.post(`/projects/${await create('private')}/scenes`, { name: 's' })).body.id;
    expect(await ada.post(`/projects/${id}/annotations`, { body: 'x', position: [0, 0, 0], sceneId: elsewhere })).toMatchObject({
      status: 404,
      body: { code: 'unknown-scene' },
    });
  });
});
