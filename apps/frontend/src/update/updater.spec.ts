import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { trackWork } from '../safe-point.ts';
import { Updater } from './updater.ts';

const NEW = { release: '1.3.0', slot: 'green', minimumClient: '1.2.0' };
const DEMANDING = { ...NEW, minimumClient: '1.3.0' };

describe('Updater', () => {
  let marks: Map<string, string>;
  let tab: { hidden: boolean; typing: boolean; reachable: boolean; reloads: number };
  let unsaved: number;
  let saves: PromiseWithResolvers<undefined>;
  let forget: () => void;

  beforeEach(() => {
    marks = new Map();
    tab = { hidden: false, typing: false, reachable: true, reloads: 0 };
    unsaved = 0;
    saves = Promise.withResolvers();
    forget = trackWork({
      isSettled: () => unsaved === 0,
      settled: () =>
        unsaved === 0
          ? Promise.resolve()
          : saves.promise.then(() => {
              unsaved = 0;
            }),
    });
  });
  afterEach(() => {
    forget();
  });

  /** A page of v1.2.0 in this tab. */
  const open = (page = '1.2.0'): Updater =>
    new Updater({
      page,
      marks: {
        getItem: (key) => marks.get(key) ?? null,
        setItem: (key, value) => void marks.set(key, value),
        removeItem: (key) => void marks.delete(key),
      },
      isHidden: () => tab.hidden,
      isTyping: () => tab.typing,
      isReachable: () => Promise.resolve(tab.reachable),
      reload: () => void (tab.reloads += 1),
      random: () => 0,
    });
  const reloads = async (updater: Updater): Promise<number> => {
    await updater.look();
    return tab.reloads;
  };

  it('WEB-4: takes a release by itself only where nobody looks, nothing is unsaved and nothing is half typed', async () => {
    const updater = open();
    expect(await reloads(updater)).toBe(0);
    updater.hear(NEW);
    expect(updater.state.current()).toEqual({ need: 'offered', release: '1.3.0', tried: false });
    expect(await reloads(updater)).toBe(0);
    tab.hidden = true;
    unsaved = 1;
    expect(await reloads(updater)).toBe(0);
    unsaved = 0;
    tab.typing = true;
    expect(await reloads(updater)).toBe(0);
    tab.typing = false;
    tab.reachable = false;
    expect(await reloads(updater)).toBe(0);
    tab.reachable = true;
    expect(await reloads(updater)).toBe(1);
  });

  it('WEB-3: saves first at the word of the user, and reloads nothing that cannot be saved', async () => {
    const updater = open();
    updater.hear(NEW);
    unsaved = 1;
    const taken = updater.take();
    await updater.look();
    expect(tab.reloads).toBe(0);
    saves.resolve(undefined);
    await taken;
    expect(tab.reloads).toBe(1);
    unsaved = 1;
    saves = Promise.withResolvers();
    saves.reject(new Error('The session is closed.'));
    await expect(updater.take()).rejects.toThrow('closed');
    tab.reachable = false;
    await expect(updater.take()).rejects.toThrow('cannot be reached');
    expect(tab.reloads).toBe(1);
  });

  it('WEB-3: reloads a page that is too old, seen or not, once it is saved and nothing is half typed', async () => {
    const updater = open();
    updater.hear(DEMANDING);
    tab.typing = true;
    expect(await reloads(updater)).toBe(0);
    tab.typing = false;
    unsaved = 1;
    const looking = updater.look();
    expect(await reloads(updater)).toBe(0);
    saves.resolve(undefined);
    await looking;
    expect(tab.reloads).toBe(1);
  });

  it('WEB-3: never reloads in a loop: what a reload did not help is said, and left to the user', async () => {
    const first = open();
    first.hear(DEMANDING);
    expect(await reloads(first)).toBe(1);
    const second = open();
    second.hear(DEMANDING);
    expect(second.state.current()).toMatchObject({ need: 'required', tried: true });
    expect(await reloads(second)).toBe(1);
    await second.take();
    expect(tab.reloads).toBe(2);
  });

  it('follows a release there and back again, each by itself', async () => {
    tab.hidden = true;
    const before = open();
    before.hear(NEW);
    expect(await reloads(before)).toBe(1);
    const after = open('1.3.0');
    after.hear(NEW);
    expect(await reloads(after)).toBe(1);
    after.hear({ ...NEW, release: '1.2.0' });
    expect(await reloads(after)).toBe(2);
  });

  it('tries once to bring a part that is missing', async () => {
    tab.hidden = true;
    const updater = open();
    updater.hear({ ...NEW, release: '1.2.0' });
    updater.lacksPart();
    expect(await reloads(updater)).toBe(1);
    const again = open();
    again.hear({ ...NEW, release: '1.2.0' });
    again.lacksPart();
    expect(again.state.current()).toEqual({ need: 'repair', release: '1.2.0', tried: true });
    expect(await reloads(again)).toBe(1);
  });
});
