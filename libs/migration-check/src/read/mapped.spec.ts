import { describe, expect, it } from '@jest/globals';
import { EntitySchema, EntitySchemaOptions } from 'typeorm';
import { mappedBy } from './mapped.ts';

const options = {
  ...{ name: 'member', schema: 'app' },
  columns: {
    id: { type: 'uuid', primary: true, generated: 'uuid' },
    projectId: { type: 'uuid', name: 'project_id' },
    role: { type: 'text' },
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
  },
} as const;
const Member = new EntitySchema(Object.assign(new EntitySchemaOptions(), options));

describe('mappedBy', () => {
  it('MIG-68: gives the columns and the statements with which TypeORM writes an entity, without a connection', async () => {
    const upsert = { table: 'member', method: 'upsert', conflict: ['projectId'] } as const;
    const mapped = await mappedBy([Member], [upsert, { table: 'member', method: 'delete', conflict: [] }]);
    const insert = `INSERT INTO "app"."member" ("id", "project_id", "role", "created_at") VALUES (DEFAULT, $1, $2, DEFAULT)`;
    expect(mapped).toEqual({
      columns: { 'app.member': ['id', 'project_id', 'role', 'created_at'] },
      queries: [
        insert,
        `UPDATE "app"."member" SET "project_id" = $1, "role" = $2 WHERE "id" = $3`,
        `${insert} ON CONFLICT ("project_id") DO UPDATE SET "id" = excluded."id", "role" = excluded."role", "created_at" = excluded."created_at"`,
        `DELETE FROM "app"."member" WHERE "id" = $1`,
      ],
    });
  });

  it('MIG-68: refuses a call that no entity accounts for', async () => {
    await expect(mappedBy([Member], [{ table: 'other', method: 'delete', conflict: [] }])).rejects.toThrow('no entity maps that table');
    await expect(mappedBy([Member], [{ table: 'member', method: 'upsert', conflict: ['no'] }])).rejects.toThrow('mapped to no');
  });
});
