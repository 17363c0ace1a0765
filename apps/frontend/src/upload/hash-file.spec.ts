import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashFile } from './hash-file.ts';

const MEGABYTE = 1024 * 1024;

describe('hashFile', () => {
  it('has the SHA-256 of the whole file and of each part, from reading it once', async () => {
    const bytes = randomBytes(9 * MEGABYTE + 17);
    const seen: number[] = [];
    const { sha256, parts } = await hashFile(new Blob([bytes]), 4 * MEGABYTE, (read) => seen.push(read));
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    const slices = [0, 4, 8].map((at) => bytes.subarray(at * MEGABYTE, (at + 4) * MEGABYTE));
    expect(parts).toEqual(slices.map((slice) => createHash('sha256').update(slice).digest('base64')));
    expect(seen).toEqual([4 * MEGABYTE, 8 * MEGABYTE, bytes.length]);
  });
});
