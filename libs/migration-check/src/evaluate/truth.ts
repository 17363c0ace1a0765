import { FALSE, NULL, TRUE, type Truths } from './abstract.ts';

const EACH = [TRUE, FALSE, NULL];

export function not(a: Truths): Truths {
  return ((a & TRUE) !== 0 ? FALSE : 0) | ((a & FALSE) !== 0 ? TRUE : 0) | (a & NULL);
}

export function and(a: Truths, b: Truths): Truths {
  return pairs(a, b, (x, y) => (x === FALSE || y === FALSE ? FALSE : x === NULL || y === NULL ? NULL : TRUE));
}

export function or(a: Truths, b: Truths): Truths {
  return pairs(a, b, (x, y) => (x === TRUE || y === TRUE ? TRUE : x === NULL || y === NULL ? NULL : FALSE));
}

function pairs(a: Truths, b: Truths, combine: (x: Truths, y: Truths) => Truths): Truths {
  let truths = 0;
  for (const x of EACH) for (const y of EACH) if ((a & x) !== 0 && (b & y) !== 0) truths |= combine(x, y);
  return truths;
}
