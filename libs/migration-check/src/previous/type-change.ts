import type { Catalog, Id, TypeRef } from '../catalog/catalog.ts';
import { typeText } from '../resolve/type-system.ts';
import type { Asked, Pair } from './asked.ts';
import type { Breakage } from './breakage.ts';
import { typeChange } from './driver-type.ts';

/** What the query gives or reads as another type. */
export function typeChanges(asked: Asked, pair: Pair): readonly Breakage[] {
  const outputs = outputChanges(asked, pair);
  return outputs.length > 0 ? outputs : readChanges(asked, pair);
}

function outputChanges({ what }: Asked, { before, after, was, is }: Pair): readonly Breakage[] {
  const stars = is.output.filter(({ star }) => star);
  const plain = is.output.filter(({ star }) => !star);
  let place = 0;
  return was.output.flatMap(({ name, type, column, star }) => {
    const now = star ? stars.find((one) => (column === null ? one.name === name : one.column === column)) : plain[place++];
    if (now === undefined) return [];
    if (type === null && now.type === null) return [];
    if (type === null || now.type === null) {
      const message = `Of which type "${name}" is in ${what} of the previous release is not known.`;
      return [{ rule: 'change-column-type', verdict: 'unknown', message, rewrite: BESIDE } satisfies Breakage];
    }
    return said(what, `"${name}"`, before, type, after, now.type, true);
  });
}

const BESIDE = 'Add a column of the new type beside the old one, write both, and drop the old one in a later release.';

function said(
  what: string,
  name: string,
  before: Catalog,
  type: TypeRef,
  after: Catalog,
  now: TypeRef,
  shown: boolean,
): readonly Breakage[] {
  const change = typeChange(before, type, after, now, shown);
  if (change === null) return [];
  if (change === 'labels') {
    const message = `${what} of the previous release uses ${name}, whose labels are not the same any more: a label that it knows is gone or renamed.`;
    return [
      {
        rule: 'change-type',
        verdict: 'unsafe',
        message,
        rewrite: 'Add the new label, write it from the next release on, and leave the old one.',
      },
    ];
  }
  const message = `${what} of the previous release gets ${name} as ${typeText(now)} instead of ${typeText(type)}, which a driver gives as another value.`;
  return [{ rule: 'change-column-type', verdict: 'unsafe', message, rewrite: BESIDE }];
}

/** Columns that are compared, sorted or computed with, and not shown by themselves. */
function readChanges({ what }: Asked, { before, after, was, is }: Pair): readonly Breakage[] {
  return was.reads.flatMap(({ column, type }) => {
    const now = is.reads.find((read) => read.column === column);
    return now === undefined ? [] : said(what, nameOf(before, column), before, type, after, now.type, false);
  });
}

function nameOf({ relations }: Catalog, column: Id): string {
  const found = [...relations.values()].flatMap(({ columns }) => columns).find(({ id }) => id === column);
  return `"${found?.name ?? '?'}"`;
}
