/**
 * For the Prisma CLI, a developer's tool here: the product applies its migrations itself (`server/store/migrate.ts`).
 * The CLI wants a native schema engine, which it would download; ours stands in for it (`tools/prisma-schema-engine.mjs`).
 */
import path from 'node:path';
import { defineConfig } from 'prisma/config';

process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.resolve(import.meta.dirname, 'tools/prisma-schema-engine.mjs');
process.env.CHECKPOINT_DISABLE ??= '1';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://nobody@127.0.0.1:1/none' },
});
