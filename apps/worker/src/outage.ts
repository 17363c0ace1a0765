/** Something the worker depends on did not do its part; the job is tried again when it may be back. */
export class Outage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Outage';
  }
}

const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** PostgreSQL: connection exceptions, shutting down or starting, too many connections. */
const SQL_STATES = /^(08\w{3}|57P0[123]|53300)$/;
/** The `pg` driver has no codes for these. */
const PG_MESSAGES = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

interface Fault {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  /** Of the AWS SDK: without a status there was no answer. */
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** True when PostgreSQL or the object store was away, so that the job is not to blame and no attempt is used up. */
export function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // Not `instanceof Error`: errors of Node itself come from another realm under jest.
  const { name, message, code, $metadata } = error as Fault;
  if (error instanceof Outage || name === 'TimeoutError') return true;
  if ($metadata !== undefined) return ($metadata.httpStatusCode ?? 500) >= 500;
  if (typeof code === 'string' && (SYSTEM_CODES.has(code) || SQL_STATES.test(code))) return true;
  return typeof message === 'string' && PG_MESSAGES.test(message);
}
