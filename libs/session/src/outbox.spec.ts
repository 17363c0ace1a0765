import { describe, expect, it } from '@jest/globals';
import * as Y from 'yjs';
import { Outbox } from './outbox.ts';

/** The updates that a document emits while `count` entries are written, one by one. */
function updates(count: number, text = 'x'): Uint8Array[] {
  const doc = new Y.Doc();
  const said: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => said.push(update));
  for (let i = 0; i < count; i += 1) doc.getMap('objects').set(String(i), text);
  return said;
}

function entries(payloads: readonly Uint8Array[]): number {
  const doc = new Y.Doc();
  for (const payload of payloads) Y.applyUpdate(doc, payload);
  return doc.getMap('objects').size;
}

describe('Outbox', () => {
  it('numbers edits from 1 without a gap, and keeps each until it is acknowledged', () => {
    const outbox = new Outbox();
    const numbers = updates(3).map((update) => {
      outbox.add(update);
      return outbox.take()?.cseq;
    });
    expect(numbers).toEqual([1, 2, 3]);
    expect(outbox.acknowledge(2).map((edit) => edit.cseq)).toEqual([1, 2]);
    expect(outbox.sentFrom(0).map((edit) => edit.cseq)).toEqual([3]);
    expect(outbox.nextCseq).toBe(4);
    expect(outbox.acknowledge(2)).toEqual([]);
    expect(outbox.unsaved).toBe(1);
  });

  it('merges what waits into one edit, and loses nothing by it', () => {
    const outbox = new Outbox();
    for (const update of updates(50)) outbox.add(update);
    expect(outbox.unsaved).toBe(1);
    const edit = outbox.take();
    expect(edit?.cseq).toBe(1);
    expect(entries(edit ? [edit.payload] : [])).toBe(50);
    expect(outbox.take()).toBeUndefined();
  });

  it('splits what waits so that no edit comes near the largest frame', () => {
    const outbox = new Outbox();
    for (const update of updates(10, 'x'.repeat(20_000))) outbox.add(update);
    const sizes: number[] = [];
    const payloads: Uint8Array[] = [];
    for (let edit = outbox.take(); edit; edit = outbox.take()) {
      sizes.push(edit.payload.byteLength);
      payloads.push(edit.payload);
    }
    expect(Math.max(...sizes)).toBeLessThan(65 * 1024);
    expect(entries(payloads)).toBe(10);
  });

  it('stops at 64 unacknowledged edits; later ones wait for the window and are merged', () => {
    const outbox = new Outbox();
    let sent = 0;
    for (const update of updates(100)) {
      outbox.add(update);
      if (outbox.take()) sent += 1;
    }
    expect(sent).toBe(64);
    const payloads = outbox.acknowledge(64).map((edit) => edit.payload);
    const rest = outbox.take();
    expect(rest?.cseq).toBe(65);
    expect(entries([...payloads, ...(rest ? [rest.payload] : [])])).toBe(100);
  });

  it('starts anew behind a number that it is told', () => {
    const outbox = new Outbox();
    for (const update of updates(2)) outbox.add(update);
    outbox.restart(7);
    expect(outbox.take()?.cseq).toBe(8);
  });
});
