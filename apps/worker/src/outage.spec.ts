import { describe, expect, it } from '@jest/globals';
import { isOutage, Outage } from './outage.ts';

const fault = (fields: object): Error => Object.assign(new Error('x'), fields);

describe('isOutage', () => {
  it.each([
    new Outage('short'),
    fault({ code: 'ECONNREFUSED' }),
    fault({ code: '57P01' }),
    fault({ code: '08006' }),
    fault({ $metadata: { httpStatusCode: 503 } }),
    fault({ $metadata: { attempts: 3 } }),
    new Error('Connection terminated unexpectedly'),
  ])('is one: %o', (error) => {
    expect(isOutage(error)).toBe(true);
  });

  it.each([
    new Error('a bug'),
    fault({ code: '23505' }),
    fault({ code: 'ERR_WORKER_OUT_OF_MEMORY' }),
    fault({ $metadata: { httpStatusCode: 403 } }),
    'text',
  ])('is none: %o', (error) => {
    expect(isOutage(error)).toBe(false);
  });
});
