import { RELEASE } from '@devplatform/contracts';

/** One JSON line on standard output, with the field names that backend and worker log. */
export function log(level: 'info' | 'fatal', msg: string, fields: Readonly<Record<string, unknown>> = {}): void {
  console.log(JSON.stringify({ level, time: Date.now(), service: 'frontend', release: RELEASE, ...fields, msg }));
}
