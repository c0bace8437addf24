/** The committed document has neither an error nor a warning, by the rules of `redocly.yaml`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

interface Lint {
  totals: { errors: number; warnings: number; ignored: number };
  problems: { ruleId: string; message: string; ignored?: boolean }[];
}

/** @param config by default that of the repository */
function lint(file: string, ...args: string[]): Lint {
  const cli = path.join(root, 'node_modules/@redocly/cli/bin/cli.js');
  const { stdout } = spawnSync(process.execPath, [cli, 'lint', file, '--format=json', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  return JSON.parse(stdout.slice(stdout.indexOf('{'))) as Lint;
}

it('has no error and no warning', { timeout: 60_000 }, () => {
  const { totals, problems } = lint('openapi/openapi.yaml');
  expect(problems.filter((p) => !p.ignored)).toEqual([]);
  expect([totals.errors, totals.warnings]).toEqual([0, 0]);
});

it('what is ignored is there, and has its reason', { timeout: 60_000 }, () => {
  const ignored = readFileSync(path.join(root, '.redocly.lint-ignore.yaml'), 'utf8');
  const entries = ignored.match(/^\s+- /gm)?.length ?? 0;
  expect(lint('openapi/openapi.yaml').totals.ignored).toBe(entries);
  expect(ignored.match(/^# /gm)?.length).toBeGreaterThan(entries);
});

it('the linter sees what is wrong', { timeout: 60_000 }, () => {
  const { totals } = lint('test/openapi/wrong.yaml');
  expect(totals.errors).toBeGreaterThan(0);
});
