import type { z } from 'zod';
import { Schema, type RolloutConfig } from './configuration.ts';
import { contradictionsOf } from './contradiction.ts';
import type { Fault } from './fault.ts';
import { bare, optionsOf, schemaAt } from './shape.ts';
import { settingsFor } from './settings.ts';
import { TARGETS, type TargetName } from './targets.ts';
import { shown } from './unit.ts';

type Path = readonly string[];
type Issue = z.core.$ZodIssue;
type Finding = Omit<Fault, 'line'>;

/** Everything that is wrong, all at once; what is legible is checked further although something else is not. */
export function check(raw: unknown): readonly Finding[] {
  const issues = issuesOf(raw);
  const findings = issues.flatMap((issue) => pathsOf(issue).map((path) => ({ path, message: wording(issue, path) })));
  const { legible, removed } = legibleOf(raw, issues);
  if (legible === null) return findings;
  return distinct([...findings, ...contradictions(legible, removed)]);
}

const issuesOf = (raw: unknown): readonly Issue[] => Schema.safeParse(raw, { reportInput: true }).error?.issues ?? [];

const pathsOf = (issue: Issue): readonly Path[] => {
  const path = issue.path.map(String);
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
};

function wording(issue: Issue, path: Path): string {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const parent = schemaAt(Schema, path.slice(0, -1));
      const known = parent === undefined ? [] : Object.keys(optionsOf(parent) ?? {});
      return `is not an option; there are ${known.join(', ')}`;
    }
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    case 'invalid_type': {
      // In place of a webhook's options there may stand its address, and the path of many is a secret.
      const given = path[0] === 'notifications' ? 'what stands here' : shown(issue.input);
      return issue.input === undefined ? 'is missing' : `${given} is no ${kind(path, issue.expected)}`;
    }
    case 'invalid_value':
      return issue.input === undefined ? `is missing: ${oneOf(issue)}` : `${shown(issue.input)} is not ${oneOf(issue)}`;
    case 'custom':
      return issue.input === undefined ? `is missing: it ${issue.message}` : issue.message;
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
      return issue.message;
  }
}

const oneOf = ({ values }: { readonly values: readonly unknown[] }): string => `one of ${values.map(shown).join(', ')}`;

function kind(path: Path, expected: string): string {
  const schema = schemaAt(Schema, path);
  const sectioned = schema !== undefined && (optionsOf(schema) !== null || bare(schema)._zod.def.type === 'record');
  return sectioned ? 'group of options' : expected;
}

/** The configuration without what cannot be read; null where too little is left. */
function legibleOf(raw: unknown, issues: readonly Issue[]): { readonly legible: RolloutConfig | null; readonly removed: readonly Path[] } {
  const removed: Path[] = [];
  let legible = raw;
  for (let left = issues; left.length > 0; left = issuesOf(legible)) {
    for (const path of left.flatMap(pathsOf)) {
      // What is missing cannot be taken out: then all that it is missing from goes.
      const present = has(legible, path) ? path : path.slice(0, -1);
      if (present.length === 0) return { legible: null, removed };
      legible = without(legible, present);
      removed.push(present);
    }
  }
  return { legible: legible as RolloutConfig, removed };
}

/** For every target that the file names, and for all others as one. */
function contradictions(legible: RolloutConfig, removed: readonly Path[]): readonly Finding[] {
  const views: readonly (TargetName | null)[] = [null, ...TARGETS.filter((target) => legible.targets?.[target] !== undefined)];
  return views.flatMap((target) =>
    contradictionsOf(settingsFor(legible, target)).flatMap(({ paths, message }): readonly Finding[] => {
      const here = target === null ? [] : paths.map((path) => ['targets', target, ...path]);
      // Beside an option that cannot be read stands its default, which the author did not mean.
      if ([...here, ...paths].some((path) => removed.some((other) => within(path, other)))) return [];
      const path = [...here, ...paths].find((path) => has(legible, path)) ?? paths[0] ?? [];
      return [{ path, message }];
    }),
  );
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map(findings.map((finding) => [JSON.stringify([finding.path, finding.message]), finding]));
  return [...byText.values()];
}

const within = (path: Path, outer: Path): boolean => outer.every((part, at) => path[at] === part || path[at] === '*');

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

function has(value: unknown, [key, ...rest]: Path): boolean {
  if (key === undefined) return value !== undefined;
  return isGroup(value) && Object.hasOwn(value, key) && has(value[key], rest);
}

function without(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined || !isGroup(value)) return value;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    if (name !== key) return [[name, inner]];
    // Of a list with a bad entry nothing is left: the places of the others would move.
    return rest.length === 0 || Array.isArray(inner) ? [] : [[name, without(inner, rest)]];
  });
  return Object.fromEntries(entries) as unknown;
}
