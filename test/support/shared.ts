/**
 * Where the corpora stand that are read in place and never copied into the repository (official FHIR definitions, CDA
 * examples, golden messages): `SHARED_DIR`, by default `../shared` beside the repository.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** True in CI: a test that lacks what it needs fails instead of being skipped. */
export const requireAll = process.env.REQUIRE_ALL === '1';

/** Absolute path of the corpora, or undefined on a machine without them. */
export function sharedDir(): string | undefined {
  const dir = path.resolve(root, process.env.SHARED_DIR ?? '../shared');
  return existsSync(dir) ? dir : undefined;
}

/**
 * A `describe` for tests that need something which a bare machine may lack: skipped with a printed reason, a failure
 * when REQUIRE_ALL=1.
 * @param missing what is missing, as a sentence; undefined when everything is there
 */
export function describeNeeding(name: string, missing: string | undefined, fn: () => void): void {
  if (missing === undefined) {
    describe(name, fn);
  } else if (requireAll) {
    describe(name, () => {
      it('has what it needs', () => {
        throw new Error(missing);
      });
    });
  } else {
    process.stderr.write(`skipped: ${name}: ${missing}\n`);
    describe.skip(`${name} (${missing})`, fn);
  }
}

/**
 * A `describe` that reads the corpora.
 * @param fn is given their absolute path
 */
export function describeShared(name: string, fn: (dir: string) => void): void {
  const dir = sharedDir();
  describeNeeding(name, dir === undefined ? 'no corpora: set SHARED_DIR' : undefined, () => {
    // Vitest collects the tests of a skipped suite too, and collecting these reads the corpora.
    if (dir === undefined) it('reads the corpora', () => undefined);
    else fn(dir);
  });
}
