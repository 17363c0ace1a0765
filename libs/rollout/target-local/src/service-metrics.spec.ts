import { describe, expect, it } from '@jest/globals';
import { NO_VITALS, readVitals } from './service-metrics.ts';

const closed = (code: number, count: number): string => `ws_closed_total{code="${code}",slot="blue"} ${count}`;
const jobs = (queue: string, outcome: string, count: number): string =>
  `devplatform_jobs_total{queue="${queue}",outcome="${outcome}"} ${count}`;

describe('what a service says of itself', () => {
  it('OBS-8: memory, processor time and start are those of the process', () => {
    const text = `# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total{slot="blue",release="1.3.0"} 1.25
process_cpu_user_seconds_total{slot="blue",release="1.3.0"} 1
process_start_time_seconds{slot="blue",release="1.3.0"} 1764067500
process_resident_memory_bytes{slot="blue",release="1.3.0"} 104857600
`;
    expect(readVitals(text)).toEqual({
      ...NO_VITALS,
      ...{ memoryBytes: 104_857_600, cpuSeconds: 1.25, startedAt: '2025-11-25T10:45:00.000Z' },
    });
  });

  it('OBS-8: a socket was closed abnormally unless it was done, or the slot asked its client to come again', () => {
    const normal = [closed(1000, 1), closed(1001, 2), closed(1005, 4), closed(4001, 8), closed(4002, 16), closed(4008, 32)];
    const abnormal = [closed(1006, 100), closed(1011, 200), closed(4500, 400), closed(3000, 800)];
    const text = ['ws_opened_total{slot="blue"} 2000', ...normal, ...abnormal].join('\n');
    expect(readVitals(text).sockets).toEqual({ opened: 2000, closed: 63 + 1500, abnormal: 1500 });
  });

  it('OBS-8: a job has failed where an attempt threw; a rejected one has ended as it should, a moved one has not ended', () => {
    const text = [
      ...[jobs('model-1', 'done', 5), jobs('smoke', 'done', 1), jobs('model-1', 'rejected', 2)],
      ...[jobs('model-1', 'failed', 3), jobs('model-1', 'moved', 7), jobs('model-1', 'postponed', 9), jobs('model-1', 'set-aside', 11)],
    ].join('\n');
    expect(readVitals(text).jobs).toEqual({ done: 8, failed: 3 });
  });

  it('OBS-8: what is counted but has not happened is 0, and what is not counted is unknown', () => {
    const text = ['ws_opened_total', 'ws_closed_total', 'devplatform_jobs_total', 'devplatform_critical_errors_total']
      .map((name) => `# TYPE ${name} counter`)
      .join('\n');
    expect(readVitals(text)).toEqual({
      ...NO_VITALS,
      ...{ sockets: { opened: 0, closed: 0, abnormal: 0 }, jobs: { done: 0, failed: 0 }, criticalErrors: {} },
    });
    expect(readVitals('')).toEqual(NO_VITALS);
  });

  it('OBS-8: critical errors come by fingerprint', () => {
    const text = 'devplatform_critical_errors_total{fingerprint="request failed: Error: \\"x\\" #",slot="blue"} 4';
    expect(readVitals(text).criticalErrors).toEqual({ 'request failed: Error: "x" #': 4 });
  });
});
