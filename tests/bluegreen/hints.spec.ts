import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalEnvironment, Platform, spreadOf } from '@devplatform/harness';
import { SceneSession } from '@devplatform/session';
import { WebSocket } from 'ws';
import { RELEASES } from './releases.ts';

const EDITORS = 40;
/** Over which a slot spreads its hints to so few. */
const WINDOW_MS = 1500;

describe('the hints of a switch', () => {
  let environment: LocalEnvironment;
  const sessions: SceneSession[] = [];

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  }, 90_000);

  afterAll(async () => {
    await Promise.all(sessions.map((session) => session.close()));
    await environment[Symbol.asyncDispose]();
  }, 60_000);

  it('RT-17: come when the front door leads to the other slot, and spread over their window: no herd', async () => {
    const platform = await Platform.register(environment.publicUrl);
    const { id } = await platform.createScene((await platform.createProject('Hints')).id, 'Hints');
    const url = `${environment.publicUrl.replace('http', 'ws')}/ws/scenes/${id}`;
    const hinted: number[] = [];
    const moved: number[] = [];
    for (let i = 0; i < EDITORS; i += 1) {
      const session = new SceneSession({ url, token: platform.token, WebSocket });
      session.subscribe((event) => {
        if (event.type !== 'handover') return;
        moved.push(Date.now());
        hinted.push(Date.now() - event.ms);
      });
      sessions.push(session);
    }
    await Promise.all(sessions.map((session) => session.whenLive()));

    const { told } = await environment.deploy('green', 'v1.3.0');

    expect(moved).toHaveLength(EDITORS);
    expect(Math.min(...hinted)).toBeGreaterThan(told);
    expect(spreadOf(hinted).overMs).toBeGreaterThanOrEqual(0.8 * WINDOW_MS);
    expect(spreadOf(moved).densest).toBeLessThanOrEqual(0.2);
  }, 90_000);
});
