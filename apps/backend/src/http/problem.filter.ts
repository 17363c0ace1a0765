import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { databaseProblem } from '../database/database-error.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';

/** What the HTTP layer itself refuses, by status; the words are ours, so nothing of the libraries' leaks or changes. */
const REFUSALS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['malformed-request', 'The request is not well-formed: its address, its headers or its JSON body.'],
  404: ['unknown-route', 'There is nothing under this method and path.'],
  408: ['request-timeout', 'The request was not complete in time.'],
  413: ['body-too-large', 'The body is larger than this route accepts. Nothing was stored.'],
  414: ['address-too-long', 'A part of the path is too long.'],
  415: ['unsupported-media-type', 'Send JSON with Content-Type: application/json.'],
  431: ['headers-too-large', 'The headers of the request are too large.'],
};

/** Turns whatever was thrown into a problem: ours as it is, known faults of the request and the database by code, the rest as 500. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = statusOf(error);
  if (status !== undefined && status >= 400 && status < 500) {
    const [code, detail] = REFUSALS[status] ?? ['refused-request', 'The request was refused.'];
    return new ProblemError(status, code, detail, { cause: error });
  }
  return (
    databaseProblem(error) ??
    new ProblemError(500, 'internal-error', 'Something failed here. The log has the details under the id of this request.', {
      cause: error,
    })
  );
}

/** Writes the problem and logs it: 500 as an error with its cause, 503 as a warning. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error);
  if (problem.status === 500) request.log.error({ err: error }, 'request failed');
  else if (problem.status > 500) request.log.warn({ err: problem.cause ?? problem, code: problem.code }, 'request refused');
  if (reply.sent) return;
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem.toBody(request.id)));
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const fastify = error instanceof Error && 'statusCode' in error && 'code' in error && String(error.code).startsWith('FST_');
  return fastify && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
