import { Counter, type Registry } from 'prom-client';
import { fingerprint } from './fingerprint.ts';

/** So many faults have a series of their own; a label without a bound would fill the memory of whoever stores it. */
const FINGERPRINTS = 50;
const OTHER = 'other';

/** Lines of level error or fatal since the process started, by fingerprint. */
export class CriticalErrors {
  readonly #counts = new Map<string, number>();

  /** The arguments of a call to the logger: an error or an object with one, and a message, each of which may be missing. */
  count(parts: readonly unknown[]): void {
    const name = fingerprint(messageOf(parts));
    const key = this.#counts.has(name) || this.#counts.size < FINGERPRINTS ? name : OTHER;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** As `devplatform_critical_errors_total`. */
  register(registry: Registry): void {
    const counts = this.#counts;
    new Counter({
      name: 'devplatform_critical_errors_total',
      help: 'Lines of level error or fatal',
      labelNames: ['fingerprint'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [name, count] of counts) this.inc({ fingerprint: name }, count);
      },
    });
  }
}

/** What the line says, and what the error in it says: `request failed` alone is the name of every fault there is. */
function messageOf([first, second]: readonly unknown[]): string {
  const fault = first instanceof Error ? first : errorIn(first);
  const text = typeof first === 'string' ? first : second;
  const said = [typeof text === 'string' ? text : '', fault === undefined ? '' : `${fault.name}: ${fault.message}`];
  return said.filter((part) => part !== '').join(': ') || 'without a message';
}

function errorIn(value: unknown): Error | undefined {
  if (typeof value !== 'object' || value === null || !('err' in value)) return undefined;
  return value.err instanceof Error ? value.err : undefined;
}
