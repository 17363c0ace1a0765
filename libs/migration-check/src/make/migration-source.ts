import type { Batches, PlannedMigration } from './planned-migration.ts';

/** Rows of one UPDATE where no runner cuts the batches: a fraction of a second, during which nobody waits for more than these. */
const ROWS_OF_A_BATCH = 10_000;

/** Of this project's formatter. */
const WIDTH = 140;

/** A file with one TypeORM class. */
export interface MigrationSource {
  readonly fileName: string;
  readonly className: string;
  readonly text: string;
}

/** `phased`: the folder has phase.ts, by which a migration declares its phase, and its batches to a runner that knows them. */
export function sourceOf(planned: PlannedMigration, timestamp: number, phased: boolean): MigrationSource {
  const slug = planned.slug
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const className = `${slug.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}${timestamp}`;
  const { batches } = planned;
  const [fields, up, after] =
    batches === undefined
      ? [planned.transaction ? [] : [UNWRAPPED], ran('up', planned.up), '']
      : phased
        ? [[declared(batches)], nothing('up', 'The batches are all of it.'), '']
        : [[UNWRAPPED], LOOP, `\n${loopStatement(batches)}`];
  const body = `${up}\n\n${down(planned)}`;
  const text = `import type { MigrationInterface${body.includes('QueryRunner') ? ', QueryRunner' : ''} } from 'typeorm';
${phased ? `import type { Phased } from './phase.ts';\n` : ''}
/** ${planned.about} */
export class ${className} implements MigrationInterface${phased ? ', Phased' : ''} {
${[`  readonly name = '${className}';`, `  readonly phase = '${planned.phase}';`, ...fields].join('\n')}

${body}
}
${after}`;
  return { fileName: `${timestamp}-${slug}.ts`, className, text };
}

/** The statements that it will send, for the parser. */
export const statementsOfPlan = ({ up, down: back, batches }: PlannedMigration): readonly string[] => [
  ...up,
  ...(batches === undefined ? [] : [batchSql(batches), loopSql(batches)]),
  ...(back ?? []),
];

const UNWRAPPED = '  readonly transaction = false;';

function ran(method: string, statements: readonly string[]): string {
  const lines = statements.map((statement) => {
    const line = `    await runner.query(${template(statement)});`;
    return line.length <= WIDTH || line.includes('\n') ? line : `    await runner.query(\n      ${template(statement)},\n    );`;
  });
  return `  async ${method}(runner: QueryRunner): Promise<void> {\n${lines.join('\n')}\n  }`;
}

const nothing = (method: string, why: string): string => `  ${method}(): Promise<void> {\n    return Promise.resolve(); // ${why}\n  }`;

function down({ down: statements, noWayBack }: PlannedMigration): string {
  if (statements === null) return `  down(): Promise<void> {\n    return Promise.reject(new Error(${template(noWayBack ?? '')}));\n  }`;
  return statements.length > 0 ? ran('down', statements) : nothing('down', 'What was filled does no harm.');
}

const declared = (batches: Batches): string => `  readonly batches = {
    table: ${template(batches.table)},
    key: ${template(batches.key)},
    statement: ${template(batchSql(batches))},
  };`;

const LOOP = `  async up(runner: QueryRunner): Promise<void> {
    let filled: number;
    do {
      [, filled] = (await runner.query(FILL_SOME)) as [unknown, number];
    } while (filled > 0);
  }`;

const loopStatement = (
  batches: Batches,
): string => `/** Each round commits by itself: nobody waits for more than these rows, and what was filled stays filled. */
const FILL_SOME = ${template(loopSql(batches))};
`;

/** `$1`: keys of a batch. */
const batchSql = ({ table, key, column, value }: Batches): string =>
  `UPDATE ${table} SET ${column} = ${value} WHERE ${key} = ANY ($1) AND ${column} IS NULL`;

/** Rows whose value would be null again are left out, or it would never end. */
function loopSql({ table, column, value }: Batches): string {
  const tested = /^[\w"]+$/.test(value) ? value : `(${value})`;
  return `UPDATE ${table} SET ${column} = ${value}
WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${column} IS NULL AND ${tested} IS NOT NULL LIMIT ${ROWS_OF_A_BATCH}))`;
}

function template(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  return `\`${escaped}\``;
}
