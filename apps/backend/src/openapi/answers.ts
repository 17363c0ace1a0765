import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { PROBLEM_TYPE } from '../http/problem.ts';

/** What the OpenAPI document says of an operation: its good answer (`schema` null: no body) and the problems that are particular to it. */
export const Answers = (status: number, schema: z.ZodType | null, description: string, problems: readonly number[] = []): MethodDecorator =>
  applyDecorators(
    ApiResponse({ status, description, ...(schema === null ? {} : { standardSchema: schema }) }),
    ...[...new Set([400, ...problems, 503])].map((code) =>
      ApiResponse({
        status: code,
        description: STATUS_CODES[code] ?? 'Problem',
        content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      }),
    ),
  );
