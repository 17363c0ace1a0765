import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('labels every series with slot and release', async () => {
    expect(await createMetrics('green').metrics()).toMatch(/process_resident_memory_bytes\{slot="green",release="1\.3\.0"\} \d+/);
  });
});
