#!/usr/bin/env node
/**
 * Stand-in for Prisma's native schema engine, so that nothing is downloaded: the same JSON-RPC on stdin and stdout,
 * answered by the WebAssembly engine that Prisma publishes on npm, over its PostgreSQL adapter.
 *
 * It leans on an undocumented protocol and on the adapter's insides: all Prisma packages are pinned exactly.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const INTERNAL_ERROR = 4466;
const PG_TYPE_CHAR = 18;
const PG_TYPE_TEXT = 25;
const COLUMN_TYPE_CHARACTER = 6;

const options = readOptions(process.argv.slice(2));
if (options.version) {
  console.log(`schema-engine-wasm ${require('@prisma/engines-version').enginesVersion}`);
  process.exit(0);
}
// `cli can-connect-to-database` and the like, asked before a migration: the migration itself will say.
if (options.cli) process.exit(0);
serve();

function readOptions(argv) {
  const read = { datamodels: [], datasource: {}, cli: false, version: argv.includes('--version') };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--datamodels' || argv[i] === '-d') read.datamodels.push(argv[++i]);
    else if (argv[i] === '--datasource') read.datasource = JSON.parse(argv[++i]);
    else if (argv[i] === 'cli') return { ...read, cli: true };
  }
  return read;
}

function serve() {
  let engine;
  let current = null;
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const fail = (id, message, code) =>
    send({
      id,
      error: { code: INTERNAL_ERROR, message, data: { is_panic: false, message, meta: null, error_code: code } },
    });

  // The CLI reports success when its engine just dies: a crash must reach it as an error of the call under way.
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => {
      if (current !== null) fail(current, `schema engine crashed: ${error?.stack ?? error}`);
      process.exitCode = 1;
      setTimeout(() => process.exit(1), 50);
    });
  }

  const answer = async (line) => {
    const call = JSON.parse(line);
    if (!call.method) return; // the CLI's reply to our `print`
    current = call.id;
    try {
      engine ??= openEngine();
      const opened = await engine;
      const method = call.method === 'getDatabaseVersion' ? 'version' : call.method;
      const result = await opened[method](call.params ?? {});
      if (method === 'diff' && typeof result?.stdout === 'string') {
        send({ id: 1_000_000, method: 'print', params: { content: result.stdout } });
        result.stdout = null;
      }
      send({ id: call.id, result: result ?? null });
    } catch (error) {
      fail(call.id, String(error?.message ?? error), error?.code ?? error?.error_code);
    }
  };

  const lines = createInterface({ input: process.stdin });
  let queue = Promise.resolve();
  lines.on('line', (line) => {
    queue = queue.then(() => answer(line));
  });
  lines.on('close', () => queue.then(() => process.exit(0)));
}

async function openEngine() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
  const directory = path.dirname(require.resolve('@prisma/schema-engine-wasm'));
  const glue = await import(path.join(directory, 'schema_engine_bg.js'));
  const module = new WebAssembly.Module(readFileSync(path.join(directory, 'schema_engine_bg.wasm')));
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const datamodels = options.datamodels.length
    ? options.datamodels.map((file) => [file, readFileSync(file, 'utf8')])
    : undefined;
  const log = (line) => process.env.DEBUG && console.error(line);
  return glue.SchemaEngine.new({ datamodels }, log, await adapterFactory(options.datasource));
}

async function adapterFactory({ url = 'postgresql://nobody@127.0.0.1:1/none' }) {
  const { bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils');
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const factory = new PrismaPg({ connectionString: url });
  const connect = factory.connect.bind(factory);
  let inMemory;
  factory.connect = url.startsWith('pglite:')
    ? () => (inMemory ??= pglite(PrismaPg, url.slice('pglite:'.length)))
    : async () => patch(await connect());
  // In memory: no right to create databases is needed, and the adapter's own would reconnect to the main database.
  factory.connectToShadowDb = () => pglite(PrismaPg, 'memory://');
  return bindMigrationAwareSqlAdapterFactory(factory);
}

async function pglite(PrismaPg, directory) {
  const { pglitePool } = await import('./pglite-pool.mjs');
  const { pool, close } = await pglitePool(directory);
  const adapter = patch(await new PrismaPg(pool).connect());
  adapter.dispose = close;
  return adapter;
}

/**
 * Two things that the migration engine needs and adapter-pg 7.10 lacks: the catalog type `"char"`, and scripts with a
 * semicolon inside a literal or a function's body (it splits on every one).
 */
function patch(adapter) {
  adapter.queryRaw = async (query) => {
    const chars = [];
    const view = Object.create(adapter, {
      performIO: {
        value: async (inner) => {
          const result = await adapter.performIO(inner);
          result.fields.forEach((field, index) => {
            if (field.dataTypeID !== PG_TYPE_CHAR) return;
            chars.push(index);
            field.dataTypeID = PG_TYPE_TEXT;
          });
          return result;
        },
      },
    });
    const result = await Object.getPrototypeOf(Object.getPrototypeOf(adapter)).queryRaw.call(view, query);
    for (const index of chars) result.columnTypes[index] = COLUMN_TYPE_CHARACTER;
    return result;
  };
  adapter.executeScript = async (sql) => {
    try {
      await adapter.underlyingDriver().query(sql);
    } catch (error) {
      adapter.onError(error);
    }
  };
  return adapter;
}
