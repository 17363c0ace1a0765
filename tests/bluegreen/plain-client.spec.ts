import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalScene } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { LocalEnvironment, Platform } from '@devplatform/harness';
import { SceneSession } from '@devplatform/session';
import { WebSocket } from 'ws';
import type * as Y from 'yjs';
import { PlainClient } from './plain-client.ts';
import { RELEASES } from './releases.ts';

const EDIT_EVERY_MS = 20;

/** Written by somebody who had docs/protocol.md and nothing else; what it needs and the page does not say is a fault of the page. */
describe('a client that knows nothing but docs/protocol.md', () => {
  let environment: LocalEnvironment;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  }, 90_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  it('RT-16: survives a switch and a rollback in mid-edit without loss, beside our own client', async () => {
    const platform = await Platform.register(environment.publicUrl);
    const { id } = await platform.createScene((await platform.createProject('Plain')).id, 'Plain');
    const url = `${environment.publicUrl.replace('http', 'ws')}/ws/scenes/${id}`;
    const plain = [1, 2].map(() => new PlainClient({ url, token: platform.token }));
    const ours = new SceneSession({ url, token: platform.token, WebSocket });
    const docs: readonly Y.Doc[] = [...plain.map(({ doc }) => doc), ours.doc];
    await Promise.all([...plain.map(({ live }) => live), ours.whenLive()]);

    let edits = 0;
    const editing = setInterval(() => {
      docs[edits % docs.length]?.getMap('objects').set(`thing ${edits % 30}`, edits);
      edits += 1;
    }, EDIT_EVERY_MS);
    try {
      await environment.deploy('green', 'v1.3.0');
      expect(plain.map(({ slot }) => slot)).toEqual(['green', 'green']);
      await environment.rollback();
    } finally {
      clearInterval(editing);
    }

    const saved = (): boolean => plain.every(({ unsaved }) => unsaved === 0) && ours.unsaved === 0;
    await until(() => saved() && new Set(docs.map(hashOf)).size === 1, { what: 'one document everywhere', deadlineMs: 20_000 });
    expect(edits).toBeGreaterThan(100);
    const crossed = plain.map(({ slot, handovers, losses, longestGapMs, ended }) => ({ slot, handovers, losses, longestGapMs, ended }));
    const whole = { slot: 'blue', handovers: 2, losses: 0, longestGapMs: 0, ended: undefined };
    expect(crossed).toEqual([whole, whole]);
    for (const client of plain) client.close();
    await ours.close();
  }, 120_000);
});

const hashOf = (doc: Y.Doc): string => createHash('sha256').update(canonicalScene(doc)).digest('hex');
