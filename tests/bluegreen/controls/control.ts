/** One broken rule: the product with these edits must fail the named test, or the test proves nothing. */
export interface Control {
  /** A promise of SPEC.md, for example `RT-3`. */
  readonly rule: string;
  /** What is broken, in a few words: "acknowledges before the commit". */
  readonly control: string;
  readonly edits: readonly Edit[];
  /** Path of the spec from the root; its tests whose titles start with the rule are run. */
  readonly test: string;
}

export interface Edit {
  /** Path from the root. */
  readonly file: string;
  /** Occurs exactly once there. */
  readonly find: string;
  readonly replace: string;
}
