import { SmokeWorkspace } from '@devplatform/contracts';
import { SceneSession } from '@devplatform/session';
import { bounded } from './bounded.ts';
import { control } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

const TIDY_MS = 5_000;

/** Two editors in a scene that no user sees: the edit of one is committed and reaches the other. */
export const editRoundTrip: SmokeTest = {
  name: 'edit-round-trip',
  run: async (context) => {
    const { sceneId, token } = SmokeWorkspace.parse(JSON.parse((await control('POST', '/smoke/workspace', context)).text));
    const url = `${context.addresses.backend.replace(/^http/, 'ws')}/ws/scenes/${sceneId}`;
    const author = new SceneSession({ url, token });
    const reader = new SceneSession({ url, token });
    try {
      await bounded(Promise.all([author.whenLive(), reader.whenLive()]), context.signal);
      const start = context.clock.now();
      const key = crypto.randomUUID();
      const arrived = new Promise<void>((resolve) => {
        reader.doc.on('update', () => {
          if (reader.doc.getMap('objects').has(key)) resolve();
        });
      });
      author.doc.getMap('objects').set(key, { name: 'smoke' });
      await bounded(Promise.race([Promise.all([author.whenSaved(), arrived]), rejected(author)]), context.signal);
      return `committed and seen by another editor after ${Math.round(context.clock.now() - start)} ms`;
    } finally {
      await Promise.all([author.close(), reader.close()]);
      // Where this fails the next smoke test removes it.
      await control('DELETE', '/smoke/workspace', { ...context, signal: AbortSignal.timeout(TIDY_MS) }).catch(() => undefined);
    }
  },
};

const rejected = (session: SceneSession): Promise<never> =>
  new Promise((_, reject) => {
    session.subscribe((event) => {
      if (event.type === 'rejected') reject(new Error(`the edit was rejected: ${event.code}, ${event.message}`));
    });
  });
