import * as contracts from '@devplatform/contracts';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

/** The OpenAPI document of the public API; schemas are the contracts themselves, under their own names. */
export function describe(app: INestApplication): OpenAPIObject {
  const names = z.registry<{ id: string }>();
  for (const [id, value] of Object.entries(contracts)) if (value instanceof z.ZodType) names.add(value, { id });
  const convert = (schema: z.ZodType, io: 'input' | 'output') => {
    const { definitions = {}, ...json } = z.toJSONSchema(schema, { target: 'openapi-3.0', io, metadata: names, unrepresentable: 'any' });
    return { schema: json, components: definitions as Record<string, unknown> };
  };
  const base = new DocumentBuilder()
    .setTitle('devplatform')
    .setDescription('Projects, models, scenes and what happens to them. Errors are application/problem+json with a stable code.')
    .setVersion(contracts.RELEASE)
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .addSecurityRequirements({})
    .build();
  const schemas = convert(contracts.Problem, 'output').components as NonNullable<OpenAPIObject['components']>['schemas'] & object;
  return SwaggerModule.createDocument(
    app,
    { ...base, components: { ...base.components, schemas } },
    {
      operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
      standardSchemaConverter: (schema, { schemaType }) => (schema instanceof z.ZodType ? convert(schema, schemaType) : undefined),
    },
  );
}
