import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { ProblemError } from './problem.ts';

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param(name, { schema })` against the contract and names every fault with its path. */
@Injectable()
export class ContractPipe implements PipeTransform {
  async transform(value: unknown, { schema, data }: ArgumentMetadata): Promise<unknown> {
    if (schema === undefined) return value;
    const result = await schema['~standard'].validate(value);
    if (result.issues === undefined) return result.value;
    const errors = result.issues.map(({ path = [], message }) => ({
      path: [...(typeof data === 'string' ? [data] : []), ...path.map((part) => (typeof part === 'object' ? part.key : part))].join('.'),
      message,
    }));
    throw new ProblemError(400, 'invalid-request', 'The request does not fit the contract; see errors. Nothing was changed.', { errors });
  }
}
