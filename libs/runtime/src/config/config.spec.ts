import { describe, expect, it } from '@jest/globals';
import { BackendConfig, parseConfig } from './config.ts';

const parts = {
  DATABASE_URL: 'postgresql://u:p@127.0.0.1/d',
  REDIS_URL: 'redis://127.0.0.1:6379',
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_ACCESS_KEY: 'k',
  S3_SECRET_KEY: 's',
};

describe('parseConfig', () => {
  it('gives the defaults of the specification', () => {
    expect(parseConfig(BackendConfig, { ...parts, NODE_ENV: 'test' })).toMatchObject({
      PORT: 8000,
      SLOT: 'blue',
      S3_BUCKET: 'devplatform',
    });
  });

  it('names every fault at once and repeats no value', () => {
    const env = { ...parts, NODE_ENV: 'test', SLOT: 'red', PORT: 'http-hunter2' };
    expect(() => parseConfig(BackendConfig, env)).toThrow(/SLOT:[^]*PORT:/);
    expect(() => parseConfig(BackendConfig, env)).not.toThrow(/hunter2/);
  });

  it('refuses to start production without secrets, with a short one and with the default of development', () => {
    const development = parseConfig(BackendConfig, { ...parts, NODE_ENV: 'development' }).AUTH_SECRET;
    const good = 'x'.repeat(32);
    expect(() => parseConfig(BackendConfig, parts)).toThrow(/INTERNAL_TOKEN[^]*AUTH_SECRET/);
    expect(() => parseConfig(BackendConfig, { ...parts, INTERNAL_TOKEN: good, AUTH_SECRET: 'short' })).toThrow('at least 32');
    expect(() => parseConfig(BackendConfig, { ...parts, INTERNAL_TOKEN: good, AUTH_SECRET: development })).toThrow('is no secret');
    expect(parseConfig(BackendConfig, { ...parts, INTERNAL_TOKEN: good, AUTH_SECRET: good }).NODE_ENV).toBe('production');
  });
});
