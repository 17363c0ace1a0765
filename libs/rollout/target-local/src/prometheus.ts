/** One sample: its labels and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Metric → its samples; none for one that is declared and has counted nothing yet. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const TYPE = /^#\s*TYPE\s+([\w:]+)/;
const SAMPLE = /^([a-z_:][\w:]*)\s*(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/i;
const LABEL = /([a-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/gi;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/**
 * The Prometheus text format 0.0.4, as far as counters and gauges need it: of a histogram, `_bucket`, `_sum` and `_count` are
 * metrics of their own. Lines that are none are left out.
 */
export function parsePrometheus(text: string): Samples {
  const samples = new Map<string, Sample[]>();
  const of = (name: string): Sample[] => {
    const known = samples.get(name) ?? [];
    samples.set(name, known);
    return known;
  };
  for (const line of text.split('\n')) {
    const declared = TYPE.exec(line)?.[1];
    if (declared !== undefined) of(declared);
    const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    if (name !== undefined) of(name).push({ labels: parseLabels(labels), value: numberOf(value) });
  }
  return samples;
}

function parseLabels(text: string): Sample['labels'] {
  return Object.fromEntries(
    Array.from(text.matchAll(LABEL), ([, name = '', value = '']) => [
      name,
      value.replaceAll(/\\(.)/g, (_all, escaped: string) => ESCAPED[escaped] ?? `\\${escaped}`),
    ]),
  );
}

function numberOf(text: string): number {
  return /^[+-]?inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}
