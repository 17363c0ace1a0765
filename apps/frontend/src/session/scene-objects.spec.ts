import { describe, expect, it } from '@jest/globals';
import * as Y from 'yjs';
import { newObject } from '../scene/new-object.ts';
import { SceneObjects } from './scene-objects.ts';

/** Two documents that hear each other at once. */
function pair(): [SceneObjects, SceneObjects, Y.Doc] {
  const [one, two] = [new Y.Doc(), new Y.Doc()];
  one.on('update', (update: Uint8Array, origin) => {
    if (origin !== 'peer') Y.applyUpdate(two, update, 'peer');
  });
  two.on('update', (update: Uint8Array, origin) => {
    if (origin !== 'peer') Y.applyUpdate(one, update, 'peer');
  });
  const scenes = [new SceneObjects(one), new SceneObjects(two)] as const;
  for (const scene of scenes) scene.observe(() => undefined);
  return [...scenes, one];
}

describe('SceneObjects', () => {
  it('shows what the other moves', () => {
    const [ada, bob] = pair();
    const id = ada.add(newObject(0, null));
    bob.move(id, [1, 0, 2.00049]);
    expect(ada.items).toEqual([expect.objectContaining({ id, name: 'Box 1', position: [1, 0, 2] })]);
    expect(ada.items).toEqual(bob.items);
  });

  it('undoes what this user did and nothing else', () => {
    const [ada, bob] = pair();
    const id = ada.add(newObject(0, null));
    const other = bob.add(newObject(1, null));
    ada.undo();
    expect(bob.items.map((item) => item.id)).toEqual([other]);
    bob.move(id, [1, 1, 1]);
    expect(bob.items).toHaveLength(1);
  });

  it('leaves entries alone that it cannot show', () => {
    const [ada, bob, doc] = pair();
    doc.getMap('objects').set('strange', { script: '<b>' });
    const id = bob.add(newObject(0, null));
    expect(ada.items.map((item) => item.id)).toEqual([id]);
    expect(doc.getMap('objects').has('strange')).toBe(true);
  });

  it('keeps the same array until something changes', () => {
    const [ada] = pair();
    const before = ada.items;
    expect(ada.items).toBe(before);
    ada.add(newObject(0, null));
    expect(ada.items).not.toBe(before);
  });
});
