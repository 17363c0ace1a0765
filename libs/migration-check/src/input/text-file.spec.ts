import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { locate, readText } from './text-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'devplatform-text-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(content: string | Uint8Array): string {
  const path = join(folder, 'a.sql');
  writeFileSync(path, content);
  return path;
}

describe('MIG-53: readText', () => {
  it('reads UTF-8 without its byte order mark, line ends as they are', () => {
    expect(readText(file('\uFEFFSELECT 1;\r\nSELECT 2;'), 'migration')).toBe('SELECT 1;\r\nSELECT 2;');
  });

  it.each([
    ['a zero byte', Buffer.from('SELECT 1;\nSELECT\0'), /a\.sql:2: .* is no text/],
    ['invalid UTF-8', Buffer.from([0x61, 0x0a, 0x0a, 0xc3, 0x28]), /a\.sql:3: .* is not in UTF-8 \(byte 4\)/],
    ['invalid UTF-8 at the end', Buffer.from([0x61, 0xc3]), /a\.sql:1: .* is not in UTF-8/],
    ['UTF-16LE', Buffer.from('\uFEFFSELECT 1', 'utf16le'), /is in UTF-16/],
    ['more than 16 MiB', Buffer.alloc(17 * 1024 * 1024, 32), /has 17 MiB/],
  ])('refuses %s', (_, content, message) => {
    expect(() => readText(file(content), 'migration')).toThrow(message);
  });

  it('refuses a folder', () => {
    expect(() => readText(folder, 'migration')).toThrow(/cannot be read/);
  });
});

describe('locate', () => {
  it('takes the first folder that has it, and names every place where it was not', () => {
    file('SELECT 1');
    expect(locate('a.sql', ['/nowhere', folder], 'migration')).toBe(join(folder, 'a.sql'));
    expect(() => locate('b.sql', ['/nowhere', folder, folder], 'migration')).toThrow(
      `There is no migration at /nowhere/b.sql nor at ${join(folder, 'b.sql')}.`,
    );
  });
});
