import { stripVTControlCharacters } from 'node:util';

/** What became of one control. Only `red` proves that the test guards its rule. */
export type Verdict =
  | { readonly kind: 'red'; readonly why: string }
  /** The product is broken and the test does not notice. */
  | { readonly kind: 'green' }
  /** An edit does not fit the product any more. */
  | { readonly kind: 'stale'; readonly why: string }
  /** The test did not come to its point: nothing compiled, nothing started, no such test, or it was skipped. */
  | { readonly kind: 'broken'; readonly why: string }
  /** The test fails on the product as it is. */
  | { readonly kind: 'unproven'; readonly why: string };

/** What is used of the output of `jest --json`. */
export interface JestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    /** Why the suite could not run, or the failures as text. */
    readonly message: string;
    readonly assertionResults: readonly JestTest[];
  }[];
}

interface JestTest {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

/** What a failure begins with that a hook before the test threw; see hook-environment.ts. */
export const HOOK_FAILURE = 'HookFailure: ';
const isOfHook = (message: string): boolean => message.startsWith(HOOK_FAILURE) || message.includes('ms for a hook.');

/** Of the full name of a test (its describe blocks and its title) that cites one of the rules. */
export const citing = (...rules: readonly string[]): string => `(^| )(${rules.join('|')}):`;

/** What the report says of the tests of a rule: failed at their point (`red`), passed (`green`), or nothing (`broken`). */
export function verdictOf(report: JestReport, rule: string): Extract<Verdict, { kind: 'red' | 'green' | 'broken' }> {
  const broken = (why: string) => ({ kind: 'broken', why }) as const;
  const pattern = new RegExp(citing(rule));
  const all = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const tests = all.filter(({ fullName }) => pattern.test(fullName));
  if (all.length === 0) return broken(`nothing ran: ${summary(report.testResults.map(({ message }) => message).join('\n'))}`);
  if (tests.length === 0) return broken(`no test cites ${rule}`);
  const skipped = tests.find(({ status }) => status !== 'passed' && status !== 'failed');
  if (skipped) return broken(`skipped: ${skipped.fullName}`);
  if (tests.every(({ status }) => status === 'passed')) return { kind: 'green' };
  const failures = tests.flatMap(({ failureMessages }) => failureMessages ?? []);
  const failure = failures.find((message) => !isOfHook(message));
  if (failure === undefined) return broken(`a hook failed before it: ${summary(failures[0] ?? '').replace(HOOK_FAILURE, '')}`);
  // The edit itself is wrong: it names what does not exist.
  return /^(Reference|Syntax)Error/.test(failure) ? broken(summary(failure)) : { kind: 'red', why: summary(failure) };
}

/** The first lines of a failure on one line, without colours and stack. */
export function summary(message: string): string {
  const [head = ''] = stripVTControlCharacters(message).split(/\n\s+at /);
  const line = head
    .replaceAll(/\s+/g, ' ')
    .replace(/^ ?● Test suite failed to run /, '')
    .replace(/^Error: /, '')
    .trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
