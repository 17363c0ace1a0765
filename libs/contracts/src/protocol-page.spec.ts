import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decodeFrame, encodeFrame } from './frames.ts';
import { ClientMessage, Hello, ServerMessage, Welcome } from './realtime.ts';

const page = readFileSync(join(__dirname, '../../../docs/protocol.md'), 'utf8');

/** The bytes of each example of section 4: the hexadecimal pairs that a line begins with. */
const examples = [...page.matchAll(/^```text\n([^]*?)```/gm)]
  .flatMap(([, block = '']) => block.split('\n\n'))
  .map((example) => {
    const [title = '', ...lines] = example.trim().split('\n');
    const pairs = lines.map((line) => /^(?:[0-9a-f]{2} ?)+/.exec(line)?.[0] ?? '').join(' ');
    return { title, bytes: Buffer.from(pairs.replaceAll(/\s/g, ''), 'hex') };
  });

describe('docs/protocol.md', () => {
  it('RT-16: shows frames that the encoder writes and the decoder reads', () => {
    const frames = examples.map(({ bytes }) => decodeFrame(bytes));
    expect(frames.map((frame) => frame.kind)).toEqual(['update', 'updates', 'snapshot']);
    expect(frames).toMatchObject([{ cseq: 1 }, { firstSeq: 300 }, { seq: 300, payload: new Uint8Array(2) }]);
    expect(frames.map((frame) => Buffer.from(encodeFrame(frame)))).toEqual(examples.map(({ bytes }) => bytes));
  });

  it('shows control frames that are of the protocol', () => {
    const shown = [...page.matchAll(/^```json\n([^]*?)```/gm)].map(([, json = '']) => JSON.parse(json.replace('eyJ…', 'eyJ')) as unknown);
    expect(shown.map((frame) => ClientMessage.safeParse(frame).success || ServerMessage.safeParse(frame).success)).toEqual([true, true]);
  });

  it('names every field of hello and welcome', () => {
    for (const field of Object.keys({ ...Hello.shape, ...Welcome.shape })) expect(page).toContain(`\`${field}\``);
  });
});
