import { isOlder } from '@devplatform/contracts';
import { describe, expect, it } from '@jest/globals';
import { updateFor } from './update.ts';

const server = (release: string, minimumClient: string | null = '1.2.0') => ({ release, slot: 'green', minimumClient });

describe('isOlder', () => {
  it.each([
    ['1.2.0', '1.3.0', true],
    ['1.9.0', '1.10.0', true],
    ['1.10.0', '1.9.0', false],
    ['v1.2.0', '1.2.0', false],
    ['1.2.9', '1.3.0', true],
    ['2.0.0', '1.9.9', false],
    ['dev', '1.3.0', false],
  ])('WEB-3: %s is older than %s: %s', (version, than, older) => {
    expect(isOlder(version, than)).toBe(older);
  });
});

describe('updateFor', () => {
  it.each([
    ['nobody has answered yet', '1.2.0', null, false, 'none'],
    ['the platform runs the same', '1.2.0', server('1.2.0'), false, 'none'],
    ['the platform runs a newer one', '1.2.0', server('1.3.0'), false, 'offered'],
    ['the platform went back', '1.3.0', server('1.2.0'), false, 'offered'],
    ['the page is too old', '1.2.0', server('1.3.0', '1.3.0'), true, 'required'],
    ['nothing was said of a minimum', '1.2.0', server('1.3.0', null), false, 'offered'],
    ['a chunk is missing', '1.2.0', server('1.2.0'), true, 'repair'],
  ] as const)('where %s', (_where, page, seen, lacksPart, need) => {
    expect(updateFor(page, seen, lacksPart).need).toBe(need);
  });
});
