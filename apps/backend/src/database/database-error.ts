import { ProblemError } from '../http/problem.ts';

/** SQLSTATE classes and socket errors that say PostgreSQL is away, starting, stopping or overloaded, not that the statement is wrong. */
const AWAY = /^(08...|57P0[1-3]|57014|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;
/** node-postgres and TypeORM give these no code. */
const AWAY_MESSAGE = /Connection terminated|timeout exceeded when trying to connect|not queryable|connection error|Driver not Connected/i;
/** A byte or a character that text in PostgreSQL cannot hold (U+0000). */
const UNTRANSLATABLE = /^(22021|22P05)$/;

export const databaseUnavailable = (cause?: unknown): ProblemError =>
  new ProblemError(503, 'database-unavailable', 'The database does not answer. Nothing was changed; try again in a few seconds.', {
    headers: { 'retry-after': '2' },
    cause,
  });

/** SQLSTATE or socket code; undefined where the error has none. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('driverError' in error) return errorCode(error.driverError);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? errorCode(error.errors[0]) : undefined;
}

/** The answer for an error of the database; null where it is a fault of ours. */
export function databaseProblem(error: unknown): ProblemError | null {
  const code = errorCode(error);
  if (code !== undefined && UNTRANSLATABLE.test(code))
    return new ProblemError(400, 'invalid-request', 'Text contains a character that cannot be stored.');
  const away = code === undefined ? error instanceof Error && AWAY_MESSAGE.test(error.message) : AWAY.test(code);
  return away ? databaseUnavailable(error) : null;
}

export const isUniqueViolation = (error: unknown): boolean => errorCode(error) === '23505';
