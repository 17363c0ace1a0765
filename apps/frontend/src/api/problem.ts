import { Problem } from '@devplatform/contracts';
import { ZodError } from 'zod';

/** An answer that is not a success; the message is the problem's detail, meant for people. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable, from application/problem+json; `unknown` where the answer was none. */
  readonly code: string;

  constructor(status: number, problem: Problem | null) {
    super(problem === null ? `The server answered ${status} and did not say why.` : describe(problem));
    this.name = 'ApiError';
    this.status = status;
    this.code = problem?.code ?? 'unknown';
  }
}

/** Nobody answered; whether a mutation was applied is not known, its idempotency key makes repeating it safe. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached. Nothing on this page was lost; try again in a moment.', { cause });
    this.name = 'NetworkError';
  }
}

export async function readProblem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = Problem.safeParse(body);
  return new ApiError(response.status, parsed.success ? parsed.data : null);
}

function describe({ title, detail, errors = [] }: Problem): string {
  return [detail ?? title, ...errors.map(({ path, message }) => field(path, message))].join('\n');
}

const field = (path: string, message: string): string => (path === '' ? message : `${path}: ${message}`);

/** What to show of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ZodError) return error.issues.map(({ path, message }) => field(path.join('.'), message)).join('\n');
  return error instanceof Error ? error.message : String(error);
}
