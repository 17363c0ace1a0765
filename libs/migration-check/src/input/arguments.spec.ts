import { describe, expect, it } from '@jest/globals';
import { argumentsOf } from './arguments.ts';

describe('argumentsOf', () => {
  it('takes a migration as wrapped and reports as text unless it is told otherwise', () => {
    expect(argumentsOf(['--sql', 'a.sql', '--sql', 'b.sql'])).toStrictEqual({
      ...{ help: false, sql: ['a.sql', 'b.sql'], schema: null, previous: null, transaction: 'wrapped', batch: null },
      ...{ format: 'text', replay: false, databaseUrl: null },
    });
    expect(argumentsOf(['--json']).format).toBe('json');
    expect(argumentsOf(['--database-url', 'postgresql://x']).replay).toBe(true);
  });

  it.each([
    [['--batch', 'a', '--sql', 'b'], '--batch names its files itself'],
    [['--batch', 'a', '--format', 'text'], '--batch answers with JSON'],
    [['--schema', 'a'], 'go with --sql'],
    [['--transaction', 'maybe', '--sql', 'a'], '--transaction maybe is none of wrapped, none'],
    [['--format', 'xml'], '--format xml is none of text, json, sarif, github'],
    [['--json', '--format', 'sarif'], 'exclude each other'],
    [['--frobnicate'], 'frobnicate'],
    [['up.sql'], 'up.sql'],
  ])('refuses %j', (words, message) => {
    expect(() => argumentsOf(words)).toThrow(message);
    expect(() => argumentsOf(words)).toThrow('Nothing was judged');
  });
});
