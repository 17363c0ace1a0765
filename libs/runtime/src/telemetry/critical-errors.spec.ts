import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Registry } from 'prom-client';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';

/** Its lines go nowhere: what the level lets through is counted wherever it is written. */
function logger(): Logger {
  const made = createLogger({ service: 'test', slot: 'blue', level: 'error' });
  Object.assign(made, { [pino.symbols.streamSym]: { write: () => true } });
  return made;
}

async function countedIn(registry: Registry): Promise<Record<string, number>> {
  const metric = await registry.getSingleMetric('devplatform_critical_errors_total')?.get();
  const values = metric?.values ?? [];
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.fingerprint), value]));
}

describe('critical errors', () => {
  it('OBS-7: lines of level error and fatal are counted by fingerprint, those of child loggers too, and no others', async () => {
    const log = logger();
    const registry = createMetrics('blue', log);
    expect(await countedIn(registry)).toEqual({});
    log.error({ err: new TypeError('no scene 7') }, 'request failed');
    log.child({ reqId: 'r' }).error({ err: new TypeError('no scene 8') }, 'request failed');
    log.error({ err: new Error('no scene 8') }, 'request failed');
    log.fatal(new Error('gone'));
    log.error('plain %s', 'text');
    log.error({ context: 'x' });
    log.warn('not this');
    log.info({ err: new Error('nor this') }, 'request failed');
    const counts = {
      'request failed: TypeError: no scene #': 2,
      'request failed: Error: no scene #': 1,
      'Error: gone': 1,
      'plain %s': 1,
      'without a message': 1,
    };
    expect(await countedIn(registry)).toEqual(counts);
    expect(await countedIn(registry)).toEqual(counts);
    expect(await registry.metrics()).toContain(
      'devplatform_critical_errors_total{fingerprint="Error: gone",slot="blue",release="1.3.0"} 1',
    );
  });

  it('OBS-7: there are at most 50 fingerprints; the rest is counted as other', async () => {
    const log = logger();
    const registry = createMetrics('blue', log);
    const word = (at: number): string => String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26));
    for (let at = 0; at < 60; at += 1) log.error(`fault ${word(at)}`);
    log.error('fault aa');
    const counts = await countedIn(registry);
    expect(Object.keys(counts)).toHaveLength(51);
    expect(counts).toMatchObject({ 'fault aa': 2, other: 10 });
  });

  it('says nothing for a logger that does not count', async () => {
    expect(await createMetrics('blue').metrics()).not.toContain('devplatform_critical_errors_total');
  });
});
