import { parseArgs } from 'node:util';
import type { Case } from './case.ts';
import { randomMigration } from './differential/migration.ts';
import { randomModel } from './differential/model.ts';
import { Random } from './differential/random.ts';
import { randomRelease } from './differential/release.ts';
import { judgedByReplay } from './replayed.ts';
import { judgedStatically } from './static.ts';

const HELP = `npx nx differential migration-tests [-- --seed N] [-- --cases M] [-- --database-url URL]

Makes M random migrations (default 200) over random schemas and previous releases from seed N (default: of the clock, said), asks the
checker without a database and PostgreSQL, and prints where they differ, as cases ready for the corpus. Case i of seed N is the same
ever after. Exit code 0 only if they agree everywhere.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    cases: { type: 'string' },
    'database-url': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const count = Number(values.cases ?? 200);
if (values.help) console.log(HELP);
else if (!Number.isInteger(seed) || !Number.isInteger(count) || count < 1) {
  console.error('--seed takes a whole number, --cases one from 1 on.');
  process.exitCode = 2;
} else process.exitCode = await run();

async function run(): Promise<number> {
  const cases = Array.from({ length: count }, (_, i) => caseOf(i));
  const statically = await judgedStatically(cases);
  const replayed = await judgedByReplay(cases, values['database-url']);
  let differ = 0;
  const kinds = new Map<string, number>();
  for (const one of cases) {
    const [said, measured] = [statically.judged.get(one.id), replayed.judged.get(one.id)];
    if (said === undefined || measured === undefined || said.verdict === measured.verdict) continue;
    differ += 1;
    const kind = `static ${said.verdict}, PostgreSQL ${measured.verdict}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    console.log(
      `\n// ${kind}${[...said.reasons.map((reason) => `\n//   static: ${reason}`), ...measured.reasons.map((reason) => `\n//   PostgreSQL: ${reason}`)].join('')}`,
    );
    console.log(sourceOf(one));
  }
  console.log(
    `\nseed ${String(seed)}: ${String(count - differ)} of ${String(count)} agree${[...kinds].map(([kind, n]) => `; ${kind}: ${String(n)}`).join('')}`,
  );
  return differ === 0 ? 0 : 1;
}

function caseOf(i: number): Case {
  const random = new Random(seed * 100_003 + i);
  const model = randomModel(random);
  const previous = randomRelease(random, model);
  const sql = randomMigration(random, model);
  return {
    id: `${String(seed)}/${String(i)}`,
    sql,
    schema: model.sql,
    previous,
    transaction: random.pick(['wrapped', 'none'] as const),
    verdict: 'safe',
    violates: [],
    why: '',
  };
}

function sourceOf({ id, sql, schema, previous, transaction }: Case): string {
  const columns = Object.entries(previous.columns).map(([table, names]) => `${table}: '${names.join(' ')}'`);
  return `single('${id}', {
  schema: \`${schema}\`,
  previous: release({ ${columns.join(', ')} }${previous.queries.map((query) => `,\n    \`${query}\``).join('')}),
  transaction: '${transaction}',
  sql: \`${sql}\`,
}),`;
}
