import { describe, expect, it } from '@jest/globals';
import { ScenePresence } from './scene-presence.ts';

const ada = { type: 'presence', sessionId: 'ada', state: { name: 'Ada' } } as const;

describe('ScenePresence', () => {
  it('RT-10: does not take the late end of an old connection for the end of a session that speaks elsewhere', () => {
    const presence = new ScenePresence();
    const [old, next] = [{}, {}];
    const speaks = (): readonly boolean[] => [old, next].map((connection) => presence.isLastSaidBy('ada', connection));
    presence.put(ada, old);
    expect(speaks()).toEqual([true, false]);
    presence.put(ada, next);
    expect(speaks()).toEqual([false, true]);
    // Heard from the other slot.
    presence.put(ada, null);
    expect(speaks()).toEqual([false, false]);
    expect(presence.present()).toEqual([ada]);
  });
});
