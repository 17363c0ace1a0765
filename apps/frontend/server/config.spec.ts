import { describe, expect, it } from '@jest/globals';
import { parseServerConfig } from './config.ts';

describe('parseServerConfig', () => {
  it('has the defaults of the specification', () => {
    expect(parseServerConfig({})).toEqual({ host: '127.0.0.1', port: 5173, slot: 'blue', assetDepot: null });
  });

  it('reads every variable', () => {
    const env = { HOST: '0.0.0.0', PORT: '0', SLOT: 'green', ASSET_DEPOT: '/depot' };
    expect(parseServerConfig(env)).toEqual({ host: '0.0.0.0', port: 0, slot: 'green', assetDepot: '/depot' });
  });

  it.each([
    [{ SLOT: 'red' }, /SLOT must be blue or green; nothing was started/],
    [{ PORT: 'http' }, /PORT must be a number/],
    [{ PORT: '70000' }, /PORT must be a number/],
  ])('refuses %j', (env, message) => {
    expect(() => parseServerConfig(env)).toThrow(message);
  });
});
