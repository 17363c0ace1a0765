import { z } from 'zod';

/*
 * The schema, looked at as a tree of options: for what a target overrides, for merging it, for naming the options that there are
 * and for the reference page.
 */

type AnySchema = z.core.$ZodType;

/** Without defaults and the like around it. */
export function bare(schema: AnySchema): AnySchema {
  return schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional ? bare(schema.unwrap()) : schema;
}

/** The options of a section; null for a single option, and for a record, whose names are the file's. */
export function optionsOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | null {
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? inner.shape : null;
}

/** What is under a path; undefined where nothing can be. */
export function schemaAt(schema: AnySchema, path: readonly PropertyKey[]): AnySchema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const inner = bare(schema);
  const next = inner instanceof z.ZodRecord ? inner.valueType : optionsOf(inner)?.[String(key)];
  return next === undefined ? undefined : schemaAt(next, rest);
}

/** The section with every option optional and no default, at every depth: what is left out stays open. */
export function overrideOf<Section extends AnySchema>(section: Section): z.ZodOptional<z.ZodType<unknown, z.input<Section>>> {
  return z.optional(open(section)) as z.ZodOptional<z.ZodType<unknown, z.input<Section>>>;
}

function open(schema: AnySchema): AnySchema {
  const options = optionsOf(schema);
  if (options === null) return bare(schema);
  return z.strictObject(Object.fromEntries(Object.entries(options).map(([name, option]) => [name, z.optional(open(option))])));
}

/** The later ones win, option by option; a record is one option. undefined is nothing said. */
export function merged(schema: AnySchema, values: readonly unknown[]): unknown {
  const said = values.filter((value) => value !== undefined);
  const options = optionsOf(schema);
  if (options === null) return said.at(-1);
  const sections = said as unknown as readonly Readonly<Record<string, unknown>>[];
  const entries = Object.entries(options).map(
    ([name, option]) =>
      [
        name,
        merged(
          option,
          sections.map((section) => section[name]),
        ),
      ] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
