import { EntitySchema, type EntitySchemaColumnOptions, EntitySchemaOptions, type ObjectLiteral } from 'typeorm';

/** A table as TypeORM sees it; the migrations say what it is. */
export const table = <T extends ObjectLiteral>(name: string, columns: EntitySchemaOptions<T>['columns']): EntitySchema<T> =>
  new EntitySchema(Object.assign(new EntitySchemaOptions<T>(), { name, columns }));

/* Columns that mean the same in every table. */

export const idColumn: EntitySchemaColumnOptions = { type: 'uuid', primary: true, generated: 'uuid' };
export const createdAtColumn: EntitySchemaColumnOptions = { type: 'timestamptz', name: 'created_at', createDate: true };

/** A count or a size, below 2^53; the driver gives bigint as text. */
export const countColumn = (name: string): EntitySchemaColumnOptions => ({
  type: 'bigint',
  name,
  transformer: { from: Number, to: (value: number | undefined) => value },
});

export const reference = (name: string, options: { readonly nullable?: boolean } = {}): EntitySchemaColumnOptions => ({
  type: 'uuid',
  name,
  nullable: options.nullable ?? false,
});
