import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { check } from './check.ts';
import { Schema } from './configuration.ts';
import { notes } from './note.ts';
import type { bare } from './shape.ts';
import { optionsOf } from './shape.ts';
import { referencePage } from './spec-support/reference-page.ts';
import shop from './spec-support/shop.config.ts';

const PAGE = join(__dirname, '../../../../docs/configuration.md');
const example = readFileSync(join(__dirname, 'spec-support/shop.config.ts'), 'utf8').replace('../index.ts', '@devplatform/rollout-config');

/** Every option and group of options under a schema, with its path. */
const options = (schema: Parameters<typeof bare>[0], path = ''): readonly (readonly [string, Parameters<typeof bare>[0]])[] =>
  Object.entries(optionsOf(schema) ?? {}).flatMap(([name, option]) => [
    [`${path}${name}`, option] as const,
    ...options(option, `${path}${name}.`),
  ]);

describe('docs/configuration.md', () => {
  it('CFG-9: is what the schema says; WRITE_PAGES=1 writes it anew', () => {
    const page = referencePage(example);
    if (process.env['WRITE_PAGES'] === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });

  it('CFG-9: has an example that is a valid configuration', () => {
    expect(readFileSync(PAGE, 'utf8')).toContain(example.trim());
    expect(check(shop)).toEqual([]);
  });

  it('CFG-9: has a sentence for every option', () => {
    const described = options(Schema).filter(([path]) => !/^targets\.\w+\./.test(path));
    expect(described.length).toBeGreaterThan(40);
    expect(described.filter(([, option]) => notes.get(option) === undefined).map(([path]) => path)).toEqual([]);
  });
});
