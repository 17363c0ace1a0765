import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allControls, promises, type AreaControl } from './mutation/all-controls.ts';
import { mutate, type Progress } from './mutation/mutation.ts';
import { ProductCopy } from './mutation/product-copy.ts';
import { isRed, lastLineOf, reasonOf, tableOf } from './mutation/table.ts';

const HELP = `npx nx mutate bluegreen [-- --rule RULE …] [-- --area AREA …] [-- --list] [-- --json]

Shows that the tests guard the promises of SPEC.md: breaks the product in the ways of controls/*.ts, one after the other, in a
copy of the working tree, and runs the test of the rule. Every control must turn its test red, and the unbroken product must
pass the same tests; then the exit code is 0.

  red       the test failed at its point: it guards the rule
  green     the test did not notice
  stale     what the control edits is not there any more
  broken    nothing compiled, nothing started, no such test: that proves nothing
  unproven  the test fails on the unbroken product

  npx nx mutate bluegreen                                 all
  npx nx mutate bluegreen -- --rule RT-3 --rule RT-5      these promises
  npx nx mutate bluegreen -- --area sessions              controls/sessions.ts
  npx nx mutate bluegreen -- --list                       what there is, and which promises have none; runs nothing
  npx nx mutate bluegreen -- --json                       the rows as JSON; progress goes to standard error`;

const { values } = parseArgs({
  options: {
    rule: { type: 'string', multiple: true },
    area: { type: 'string', multiple: true },
    list: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

const progress: Progress = {
  baseline: (spec, { success }, seconds) => {
    console.error(`unbroken  ${success ? 'green' : 'RED  '}  ${seconds.toFixed(1).padStart(6)} s  ${spec}`);
  },
  row: ({ rule, control, verdict, seconds }, done, of) => {
    const count = `${String(done).padStart(String(of).length)}/${of}`;
    console.error(`${count}  ${verdict.kind.padEnd(8)}  ${seconds.toFixed(1).padStart(6)} s  ${rule} ${control}`);
    if (verdict.kind !== 'red') console.error(`    ${reasonOf(verdict)}`);
  },
};

async function run(controls: readonly AreaControl[]): Promise<number> {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      console.error('Stopping, and cleaning up …');
      interrupt.abort();
    });
  try {
    await using copy = ProductCopy.of(join(import.meta.dirname, '../..'));
    console.error(`${controls.length} controls, in a copy at ${copy.root}`);
    const rows = await mutate(copy, controls, progress, interrupt.signal);
    console.log(values.json ? JSON.stringify(rows, null, 2) : `\n${tableOf(rows)}\n\n${lastLineOf(rows)}`);
    return rows.every(isRed) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    throw error;
  }
}

function list(controls: readonly AreaControl[]): void {
  for (const { rule, area, control, test } of controls)
    console.log(`${rule.padEnd(8)} ${area.padEnd(10)} ${control}\n${' '.repeat(20)}${test}`);
  const guarded = new Set(controls.map(({ rule }) => rule));
  console.log(
    `\nWithout a control: ${
      promises()
        .filter((rule) => !guarded.has(rule))
        .join(', ') || 'none'
    }`,
  );
}

const all = await allControls();
const known = { rule: new Set(all.map(({ rule }) => rule)), area: new Set(all.map(({ area }) => area)) };
const strangers = [
  ...(values.rule ?? []).filter((rule) => !known.rule.has(rule)),
  ...(values.area ?? []).filter((area) => !known.area.has(area)),
];
if (values.help) {
  console.log(HELP);
} else if (strangers.length > 0) {
  console.error(`There is no control for ${strangers.join(', ')}; --list shows those that there are. Nothing was run.`);
  process.exitCode = 2;
} else {
  // Either is enough: an area, and a rule of another one beside it.
  const wanted = ({ rule, area }: AreaControl): boolean =>
    [...(values.rule ?? []), ...(values.area ?? [])].some((name) => name === rule || name === area);
  const chosen = values.rule || values.area ? all.filter(wanted) : all;
  if (values.list) list(chosen);
  else process.exitCode = await run(chosen);
}
