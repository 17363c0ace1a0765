import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allControls, promises } from './all-controls.ts';
import { edited } from './product-copy.ts';

const read = (file: string): string => readFileSync(join(__dirname, '../../..', file), 'utf8');

/** What can be known without running anything; `npx nx mutate bluegreen` is the proof. */
describe('the controls', () => {
  it('fit the product, and name a test that there is', async () => {
    const faults: string[] = [];
    for (const { rule, control, edits, test } of await allControls()) {
      const texts = new Map<string, string>();
      try {
        for (const edit of edits) texts.set(edit.file, edited(texts.get(edit.file) ?? read(edit.file), edit));
      } catch (error) {
        faults.push(`${rule} ${control}: ${String(error)}`);
      }
      if (!new RegExp(`['"\`]${rule}:`).test(read(test))) faults.push(`${rule} ${control}: no title in ${test} begins with ${rule}`);
    }
    expect(faults).toEqual([]);
  });

  it('are there for every promise about what is under way at a switch', async () => {
    const guarded = new Set((await allControls()).map(({ rule }) => rule));
    const aboutWhatIsUnderWay = promises().filter((rule) => /^(RT|UP|JOB|HTTP|WEB|LED)-/.test(rule));
    expect(aboutWhatIsUnderWay.filter((rule) => !guarded.has(rule))).toEqual([]);
  });
});
