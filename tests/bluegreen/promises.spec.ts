import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const numbers = (text: string, pattern: RegExp): ReadonlySet<string> =>
  new Set([...text.matchAll(pattern)].map(([, number]) => number ?? ''));

describe('SPEC.md', () => {
  it('BG-70: has a test for each of its promises, and no test cites a promise that it does not make', () => {
    const promised = numbers(readFileSync(join(__dirname, 'SPEC.md'), 'utf8'), /^- \*\*([A-Z]+-\d+)\*\*/gm);
    const root = join(__dirname, '../..');
    const rooms = ['tests/bluegreen', 'tests/migrations', 'libs/rollout/*/src/**', 'libs/{runtime,migration-check}/src/**', 'scripts'];
    const files = globSync(
      rooms.map((room) => `${room}/*.spec.ts`),
      { cwd: root },
    );
    const specs = files.map((file) => readFileSync(join(root, file), 'utf8'));
    // A title is the first argument of it(), or a promise that a verdict is asked for.
    const cited = numbers(specs.join('\n'), /['"`]((?:BG|RT|UP|JOB|HTTP|WEB|[A-Z]{3})-\d+)(?::|['"`])/g);
    expect([...cited].sort()).toEqual([...promised].sort());
  });
});
