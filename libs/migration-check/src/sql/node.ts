import type { Node } from 'libpg-query';

type KeyOf<T> = T extends unknown ? keyof T : never;

/** The name of a node: SelectStmt, ColumnRef … */
export type Kind = KeyOf<Node>;

/** What stands under that name. */
export type Body<K extends Kind> = Extract<Node, Record<K, unknown>>[K];

/** A node's name and what stands under it. */
export function partsOf(node: Node): readonly [Kind, unknown] {
  const [part] = Object.entries(node) as [Kind, unknown][];
  if (part === undefined) throw new Error('A node of the parser without a name.');
  return part;
}

/** The body of a node where it is of this kind. */
export function as<K extends Kind>(kind: K, node: Node | undefined): Body<K> | undefined {
  return node !== undefined && kind in node ? (node as unknown as Record<K, Body<K>>)[kind] : undefined;
}

/** All bodies of this kind among these nodes. */
export function all<K extends Kind>(kind: K, nodes: readonly Node[] | undefined): readonly Body<K>[] {
  return (nodes ?? []).flatMap((node) => as(kind, node) ?? []);
}

/** A dotted name, or a list of columns. */
export function stringsOf(nodes: readonly Node[] | undefined): readonly string[] {
  return all('String', nodes).map(({ sval }) => sval ?? '');
}

/** A name that may be wrapped in a list or a type: the object of DROP, COMMENT, RENAME … */
export function nameOf(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  const list = as('List', node);
  if (list !== undefined) return stringsOf(list.items);
  const type = as('TypeName', node);
  if (type !== undefined) return stringsOf(type.names);
  return stringsOf([node]);
}

/** What a constant says, null for NULL; undefined: it is none. */
export function constantOf(node: Node | undefined): string | number | boolean | null | undefined {
  const constant = as('A_Const', node);
  if (constant === undefined) return undefined;
  if (constant.isnull === true) return null;
  if (constant.ival !== undefined) return constant.ival.ival ?? 0;
  if (constant.fval !== undefined) return Number(constant.fval.fval);
  if (constant.boolval !== undefined) return constant.boolval.boolval ?? false;
  return constant.sval?.sval ?? constant.bsval?.bsval ?? '';
}

/** Options in parentheses or a list of WITH, as text; an option without a value is `true`. */
export function optionsOf(nodes: readonly Node[] | undefined): ReadonlyMap<string, string> {
  return new Map(all('DefElem', nodes).map(({ defname, arg }) => [defname ?? '', valueOf(arg)]));
}

function valueOf(node: Node | undefined): string {
  if (node === undefined) return 'true';
  const plain = as('String', node)?.sval ?? as('Integer', node)?.ival ?? as('Float', node)?.fval ?? as('Boolean', node)?.boolval;
  if (plain !== undefined) return String(plain);
  return nameOf(node).join('.');
}

/** Says of every node below, from the outside inwards, what it is; `false` leaves its inside out. */
export function walk(value: unknown, visit: (kind: Kind, body: unknown) => boolean | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const first = key.charCodeAt(0);
    const isNode = first >= 65 && first <= 90;
    if (isNode && visit(key as Kind, inner) === false) continue;
    walk(inner, visit);
  }
}

/** All bodies of this kind inside of a tree. */
export function within<K extends Kind>(kind: K, tree: unknown): readonly Body<K>[] {
  const found: Body<K>[] = [];
  walk(tree, (name, body) => {
    if (name === kind) found.push(body as Body<K>);
    return undefined;
  });
  return found;
}
