import { describe, expect, it } from '@jest/globals';
import { parsePrometheus } from './prometheus.ts';

describe('parsePrometheus', () => {
  it('reads samples with and without labels, times and escapes', () => {
    const samples = parsePrometheus(
      String.raw`# HELP jobs_total Jobs by "outcome"
# TYPE jobs_total counter
jobs_total{queue="a b",outcome="done",} 3 1700000000000
jobs_total{queue="say \"}, \\ and \n line", outcome = "failed"} 1e3
# TYPE idle_total counter

plain 0.25
bound{le="+Inf"} +Inf
nothing NaN
this is no sample
`,
    );
    expect(samples.get('jobs_total')).toEqual([
      { labels: { queue: 'a b', outcome: 'done' }, value: 3 },
      { labels: { queue: 'say "}, \\ and \n line', outcome: 'failed' }, value: 1000 },
    ]);
    expect(samples.get('idle_total')).toEqual([]);
    expect(samples.get('plain')).toEqual([{ labels: {}, value: 0.25 }]);
    expect(samples.get('bound')).toEqual([{ labels: { le: '+Inf' }, value: Infinity }]);
    expect(samples.get('nothing')).toEqual([{ labels: {}, value: Number.NaN }]);
    expect([...samples.keys()].sort()).toEqual(['bound', 'idle_total', 'jobs_total', 'nothing', 'plain']);
  });

  it('finds nothing in what is no metrics', () => {
    expect(parsePrometheus('<html>502</html>\r\n').size).toBe(0);
  });
});
