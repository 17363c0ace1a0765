import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { count, duration, durationText, factor, share, shareText, shown, size } from './unit.ts';

const parsed = (schema: z.ZodType<number>, value: unknown): unknown => {
  const { data, error } = schema.safeParse(value);
  return error?.issues[0]?.message ?? data;
};

describe('the units of the configuration', () => {
  it.each([
    [duration(), '250ms', 250],
    [duration(), '10s', 10_000],
    [duration(), '1.5s', 1_500],
    [duration(), '15m', 900_000],
    [duration(), '1h', 3_600_000],
    [duration({ max: 1e12 }), '30d', 2_592_000_000],
    [duration(), 0, 0],
    [share(), '1%', 0.01],
    [share(), '0.1%', 0.001],
    [share(), '7%', 0.07],
    [share(), 0.07, 0.07],
    [share({ max: 10 }), '250%', 2.5],
    [size(), '512MB', 512_000_000],
    [size(), '512MiB', 512 * 2 ** 20],
    [size(), '1.5GB', 1_500_000_000],
    [size(), 4096, 4096],
    [count(1), 3, 3],
    [factor(), 2, 2],
  ])('CFG-2: %#: reads %p as %p', (schema, value, expected) => {
    expect(parsed(schema, value)).toBe(expected);
  });

  it.each([
    [duration(), '15', "'15' is no duration"],
    [duration(), '15 m', 'is no duration'],
    [duration(), '15min', 'is no duration'],
    [duration(), '-1s', 'is no duration'],
    [duration(), '0.5ms', 'is no duration'],
    [duration(), 'toString', 'is no duration'],
    [duration(), '1constructor', 'is no duration'],
    [duration(), NaN, 'is no duration'],
    [duration(), -1, '-1 is too little: at least 0ms'],
    [duration({ min: 1 }), 0, '0 is too little: at least 1ms'],
    [duration(), '30d', "'30d' is too much: at most 20d"],
    [duration(), null, 'null is no duration'],
    [duration(), ['1s'], 'a list is no duration'],
    [duration(), {}, 'an object is no duration'],
    [share(), '1', 'is no share'],
    [share(), 5, "5 is more than the whole: write '5%' or a fraction up to 1"],
    [share({ max: 10 }), 5, "write '5%'"],
    [share(), '101%', "'101%' is too much: at most 100%"],
    [share(), -0.1, 'too little'],
    [share(), Infinity, 'is no share'],
    [size(), '512', 'is no size'],
    [size(), '512mb', 'is no size'],
    [size(), '0.5B', 'is no size'],
    [count(1), 0, '0 is too little: at least 1'],
    [count(), 1.5, '1.5 is no whole number'],
    [count(), '3', 'is no whole number'],
    [factor(), 0.5, 'too little'],
    [factor(), '2x', 'is no factor'],
  ])('CFG-2: %#: refuses %p', (schema, value, message) => {
    expect(parsed(schema, value)).toContain(message);
  });

  it('writes them as a person would', () => {
    expect([0, 250, 1_500, 120_000, 3_600_000, 86_400_000].map(durationText)).toEqual(['0ms', '250ms', '1500ms', '2m', '1h', '1d']);
    expect([0.001, 0.07, 1].map(shareText)).toEqual(['0.1%', '7%', '100%']);
    expect(shown('x'.repeat(41))).toBe('a text of 41 characters');
  });
});
