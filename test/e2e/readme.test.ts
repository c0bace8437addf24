/** The README's own command lines, run as they stand (with this run's port), against the real stack. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import { describeNeeding } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const noCurl = spawnSync('curl', ['--version']).status === 0 ? undefined : 'curl is not installed';
describeNeeding('README', noCurl, () => it('its curl lines work', { timeout: 60_000 }, run));

async function run(): Promise<void> {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const section = readme.slice(
    readme.indexOf('## A first success'),
    readme.indexOf('\n## ', readme.indexOf('## A first success') + 5),
  );
  const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map((m) => m[1]!);
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  // The found.json of the example goes to this run's own folder.
  const script = blocks
    .join('\n')
    .replaceAll('http://localhost:8080', stack.origin)
    .replaceAll('found.json', path.join(stack.dataDir, 'found.json'));
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: root,
    env: { ...process.env, ...stack.environment },
  });
  expect(stdout).toContain('"active":true');
  expect(stdout).toContain('"resourceType":"DocumentReference"');
  expect(stdout.endsWith(text('Transmission du matin : nuit calme, bon appétit.\n').toString())).toBe(true);
}
