export interface PartPlan {
  /** From 1. */
  readonly part: number;
  /** Bytes: [start, end) of the file. */
  readonly start: number;
  readonly end: number;
}

/** Cuts `size` bytes into parts of `partSize`; the last one holds the rest. */
export function planParts(size: number, partSize: number): PartPlan[] {
  if (size < 1 || partSize < 1) throw new RangeError('a file and a part have at least one byte');
  return Array.from({ length: Math.ceil(size / partSize) }, (_, index) => ({
    part: index + 1,
    start: index * partSize,
    end: Math.min(size, (index + 1) * partSize),
  }));
}
