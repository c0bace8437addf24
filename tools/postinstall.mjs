/**
 * After `npm install`: makes what is generated and not committed. Offline, a few seconds, silent when all goes well.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** @param {string[]} args @param {string} what */
function run(args, what) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\n${what} failed\n`);
  process.exit(1);
}

run(['node_modules/prisma/build/index.js', 'generate', '--no-hints'], 'Generating the database client (prisma)');

const definitions = path.join(root, 'tools/definitions.mjs');
if (existsSync(definitions)) run([definitions], 'Trimming the FHIR definitions');
