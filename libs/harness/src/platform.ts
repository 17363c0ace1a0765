import { randomUUID } from 'node:crypto';
import {
  IDEMPOTENCY_HEADER,
  Project,
  Scene,
  SignedParts,
  Task,
  Token,
  Upload,
  type CompleteUpload,
  type NewUpload,
  type SignParts,
} from '@devplatform/contracts';
import type { z } from 'zod';
import { exchange, type Answer } from './exchange.ts';

/** An answer that was no success. */
export class ApiError extends Error {
  readonly status: number;

  constructor(method: string, path: string, answer: Answer) {
    super(`${method} ${path} answered ${answer.status}: ${answer.body.toString('utf8', 0, 400)}`);
    this.name = 'ApiError';
    this.status = answer.status;
  }
}

/** A user of the public API, signed in. Nothing is repeated: each method is one exchange. */
export class Platform {
  readonly publicUrl: string;
  readonly token: string;

  constructor(publicUrl: string, token: string) {
    this.publicUrl = publicUrl;
    this.token = token;
  }

  /** Registers a user of its own. */
  static async register(publicUrl: string, name = 'Ada Observer'): Promise<Platform> {
    const account = { email: `${randomUUID()}@observer.example`, name, password: randomUUID() };
    const { token } = await new Platform(publicUrl, '').call('POST', '/auth/register', Token, account);
    return new Platform(publicUrl, token);
  }

  createProject(name: string, visibility: 'public' | 'private' = 'private'): Promise<z.infer<typeof Project>> {
    return this.call('POST', '/projects', Project, { name, visibility });
  }

  createScene(projectId: string, name: string): Promise<z.infer<typeof Scene>> {
    return this.call('POST', `/projects/${projectId}/scenes`, Scene, { name });
  }

  createUpload(projectId: string, upload: z.input<typeof NewUpload>): Promise<z.infer<typeof Upload>> {
    return this.call('POST', `/projects/${projectId}/uploads`, Upload, upload);
  }

  signParts(uploadId: string, parts: z.infer<typeof SignParts>['parts']): Promise<z.infer<typeof SignedParts>> {
    return this.call('POST', `/uploads/${uploadId}/sign`, SignedParts, { parts });
  }

  completeUpload(uploadId: string, completion: z.infer<typeof CompleteUpload>): Promise<z.infer<typeof Upload>> {
    return this.call('POST', `/uploads/${uploadId}/complete`, Upload, completion);
  }

  upload(uploadId: string): Promise<z.infer<typeof Upload>> {
    return this.call('GET', `/uploads/${uploadId}`, Upload);
  }

  task(taskId: string): Promise<z.infer<typeof Task>> {
    return this.call('GET', `/tasks/${taskId}`, Task);
  }

  /** One exchange; throws ApiError unless it succeeded, and ZodError where the answer is not what the contract says. */
  async call<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const answer = await exchange({
      url: `${this.publicUrl}/api/v1${path}`,
      method,
      headers: {
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json', [IDEMPOTENCY_HEADER]: randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) throw new ApiError(method, path, answer);
    return schema.parse(JSON.parse(answer.body.toString()));
  }
}
