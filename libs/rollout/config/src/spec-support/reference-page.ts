import { z } from 'zod';
import { Schema } from '../configuration.ts';
import { notes } from '../note.ts';
import { ROLES, timingOf } from '../services.ts';
import { bare, optionsOf } from '../shape.ts';
import { durationText, typeNames } from '../unit.ts';

/*
 * Writes docs/configuration.md from the schema: what is true of an option is said once, beside the option.
 */

type AnySchema = z.core.$ZodType;
type Row = readonly string[];

const HEAD: Row = ['Option', 'Type', 'Default', 'What it says', 'Specification'];
const SILENT = '–';

/** The whole page; `example` is the text of a configuration. */
export function referencePage(example: string): string {
  const sections = Object.entries(optionsOf(Schema) ?? {}).flatMap(([name, section]) => sectionOf(name, section));
  return [...introduction(example), ...sections].join('\n\n') + '\n';
}

const introduction = (example: string): readonly string[] => [
  '# Configuration',
  '<!-- Written from the schema in libs/rollout/config: WRITE_PAGES=1 npx jest libs/rollout/config/src/reference-page.spec.ts -->',
  'One file at the root of the workspace says how it is deployed: `bluegreen.config.ts`, or `.mts`, `.js`, `.mjs`, `.json`. Without it the defaults hold, and those are the tables of the specification; whatever is left out is its default.',
  `\`\`\`ts\n${example.trim()}\n\`\`\``,
  'Every fault is listed at once, with its line: unknown options, values that are none, and what cannot be together. Nothing is deployed until the file is free of them.',
  [
    "- **duration**: `'250ms'`, `'10s'`, `'15m'`, `'1h'`, `'30d'`, or a number of milliseconds.",
    "- **share**: `'1%'`, or the fraction 0.01.",
    "- **size**: `'512MB'` (a million bytes each), `'512MiB'` (2^20), and so on from `B` to `TB` and `TiB`, or a number of bytes.",
    '- **factor**: how many times as much as before.',
  ].join('\n'),
  'What cannot be together: a soft limit above its hard one; a bake without a monitor; an interval that is longer than what it divides; a service that cannot be ready within `readiness.maxWait`; services of which none is `web`. A timeout may be longer than its interval, because looks follow each other.',
];

function sectionOf(name: string, section: AnySchema): readonly string[] {
  const paragraphs = [`## ${name}`, notes.get(section)?.text ?? ''];
  if (name === 'services') {
    const inner = bare(section);
    const service = inner instanceof z.ZodRecord ? inner.valueType : inner;
    return [
      ...paragraphs,
      `Default: \`${written(defaultOf(section))}\``,
      table([HEAD, ...rowsOf(`${name}.<name>`, service)]),
      ...healthTable(),
    ];
  }
  if (name !== 'targets') return [...paragraphs, table([HEAD, ...rowsOf(name, section)])];
  const targets = Object.entries(optionsOf(section) ?? {}).map(([target, schema]) => [
    `\`targets.${target}\``,
    notes.get(schema)?.text ?? '',
  ]);
  return [...paragraphs, table([['Option', 'What it says'], ...targets])];
}

/** Of the options in a section, at every depth, in the order of the schema. */
function rowsOf(path: string, section: AnySchema): readonly Row[] {
  return Object.entries(optionsOf(section) ?? {}).flatMap(([name, option]) => {
    const { text, source = SILENT, byDefault } = notes.get(option) ?? { text: '' };
    const here = `${path}.${name}`;
    const inner = rowsOf(here, option);
    const isGroup = optionsOf(option) !== null;
    const row = [
      `\`${here}\``,
      isGroup ? 'options' : typeOf(option),
      isGroup ? '' : (byDefault ?? defaultText(option)),
      text,
      isGroup ? '' : source,
    ];
    return [row, ...inner];
  });
}

function typeOf(schema: AnySchema): string {
  const name = typeNames.get(schema)?.name;
  if (name !== undefined) return name;
  if (schema instanceof z.ZodNullable) return `${typeOf(schema.unwrap())} or \`null\``;
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`'${option}'\``).join(', ');
  if (schema instanceof z.ZodRecord) return 'texts by name';
  if (schema instanceof z.ZodBoolean) return '`true`, `false`';
  const inner = bare(schema);
  if (inner === schema) throw new Error(`The reference page has no word for a ${schema._zod.def.type}.`);
  return typeOf(inner);
}

const defaultOf = (schema: AnySchema): unknown => (schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined);

function defaultText(schema: AnySchema): string {
  const value = defaultOf(schema);
  if (value !== undefined) return `\`${written(value)}\``;
  if (schema instanceof z.ZodOptional) return 'none';
  return 'required';
}

/** As it would be written in the file. */
function written(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, inner]) => `${/^\w+$/.test(name) ? name : `'${name}'`}: ${written(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

const healthTable = (): readonly string[] => [
  'What a service\'s `health` is unless it says otherwise (specification, "Health Check Timing"):',
  table([
    ['Role', 'initialDelay', 'interval', 'timeout', 'failureThreshold', 'successThreshold'],
    ...ROLES.map((role) => {
      const { initialDelay, interval, timeout, failureThreshold, successThreshold } = timingOf({ role, health: {} }, {});
      return [`\`${role}\``, ...[initialDelay, interval, timeout].map(durationText), String(failureThreshold), String(successThreshold)];
    }),
  ]),
];

/** As prettier would align it. */
function table(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
