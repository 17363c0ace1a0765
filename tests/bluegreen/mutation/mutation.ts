import type { Control } from '../controls/control.ts';
import { StaleEdit, type ProductCopy } from './product-copy.ts';
import { BuildFailed, Releases } from './releases.ts';
import { runSpec } from './spec-run.ts';
import { verdictOf, type JestReport, type Verdict } from './verdict.ts';

export interface Row extends Pick<Control, 'rule' | 'control' | 'test'> {
  readonly verdict: Verdict;
  readonly seconds: number;
}

export interface Progress {
  /** The unbroken product was tested. */
  baseline(spec: string, report: JestReport, seconds: number): void;
  row(row: Row, done: number, of: number): void;
}

/** These specs run built releases; all others run the sources. */
const usesReleases = ({ test }: Pick<Control, 'test'>): boolean => test.startsWith('tests/bluegreen/');

/** Breaks the product in the copy, one control after the other, and sees what its test says. First the unbroken product must pass. */
export async function mutate(
  copy: ProductCopy,
  controls: readonly Control[],
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const releases = controls.some(usesReleases) ? await Releases.build(copy, signal) : null;
  releases?.restore();
  const baseline = new Map<string, JestReport>();
  for (const [spec, group] of Map.groupBy(controls, ({ test }) => test)) {
    const [report, seconds] = await timed(() => runSpec(copy, spec, [...new Set(group.map(({ rule }) => rule))], signal));
    baseline.set(spec, report);
    progress.baseline(spec, report, seconds);
  }

  const rows: Row[] = [];
  for (const { rule, control, test, edits } of controls) {
    const [verdict, seconds] = await timed(() => judge({ rule, control, test, edits }));
    const row = { rule, control, test, verdict, seconds };
    rows.push(row);
    progress.row(row, rows.length, controls.length);
  }
  return rows;

  async function judge(control: Control): Promise<Verdict> {
    const sound = verdictOf(baseline.get(control.test) ?? { success: false, testResults: [] }, control.rule);
    if (sound.kind !== 'green') return { kind: 'unproven', why: sound.why };
    try {
      return await broken(control);
    } catch (error) {
      if (error instanceof StaleEdit) return { kind: 'stale', why: error.message };
      if (error instanceof BuildFailed) return { kind: 'broken', why: error.message };
      throw error;
    }
  }

  async function broken(control: Control): Promise<Verdict> {
    const takeBack = copy.apply(control.edits);
    try {
      if (usesReleases(control)) await releases?.rebuild(control.edits, signal);
      return verdictOf(await runSpec(copy, control.test, [control.rule], signal), control.rule);
    } finally {
      takeBack();
      releases?.restore();
    }
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[T, seconds: number]> {
  const start = performance.now();
  return [await work(), (performance.now() - start) / 1000];
}
