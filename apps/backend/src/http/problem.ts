import { STATUS_CODES } from 'node:http';
import type { Problem } from '@devplatform/contracts';

export interface ProblemExtras {
  readonly errors?: NonNullable<Problem['errors']>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer that is no success: `code` is stable and for programs, `detail` is for people and carries no internals. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: Problem['errors'];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, detail: string, extras: ProblemExtras = {}) {
    super(detail, { cause: extras.cause });
    this.name = 'ProblemError';
    this.status = status;
    this.code = code;
    this.errors = extras.errors;
    this.headers = extras.headers ?? {};
  }

  /** RFC 9457; `instance` names the request, as the logs do. */
  toBody(instance: string): Problem {
    return {
      type: `urn:devplatform:problem:${this.code}`,
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.message,
      instance: `urn:devplatform:request:${instance}`,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}

export const PROBLEM_TYPE = 'application/problem+json';
