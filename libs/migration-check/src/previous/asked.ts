import type { Node } from 'libpg-query';
import type { Catalog } from '../catalog/catalog.ts';
import type { NamedResolution } from '../resolve/resolve.ts';

/** A query of the previous release. */
export interface Asked {
  /** As it is spoken of. */
  readonly what: string;
  readonly node: Node;
}

/** One query on the schema before and on that after. */
export interface Pair {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly was: NamedResolution;
  readonly is: NamedResolution;
}
