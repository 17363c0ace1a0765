import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashBlob } from './hash-blob.ts';

describe('hashBlob', () => {
  it('is the SHA-256 of the whole file, however many slices it takes', async () => {
    const bytes = randomBytes(9 * 1024 * 1024 + 17);
    const seen: number[] = [];
    const hash = await hashBlob(new Blob([bytes]), (read) => seen.push(read));
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(seen).toEqual([4 * 1024 * 1024, 8 * 1024 * 1024, bytes.length]);
  });
});
