/** The command lines of README and documentation, run as they stand (with this run's port), beside `npm start`. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Bundle, DocumentReference, Resource } from '@medplum/fhirtypes';
import { expect, it } from 'vitest';
import { demonstration, root } from '../support/demonstration.ts';
import { text } from '../support/documents.ts';
import { describeNeeding } from '../support/shared.ts';

const { dir, place, running } = demonstration('readme');

const noCurl = spawnSync('curl', ['--version']).status === 0 ? undefined : 'curl is not installed';
describeNeeding('README', noCurl, () => it('its curl lines work', { timeout: 60_000 }, readme));
describeNeeding('docs/life-of-a-document.md', noCurl, () =>
  it('each step works, in this order', { timeout: 120_000 }, lifeOfADocument),
);
describeNeeding('docs/consent.md', noCurl, () => it('its curl lines work', { timeout: 60_000 }, whatThePatientAllows));
describeNeeding('docs/patients.md', noCurl, () => it('its curl lines work', { timeout: 60_000 }, patientsBeyond));
describeNeeding('docs/identity.md', noCurl, () => it('its curl lines work', { timeout: 60_000 }, identities));
describeNeeding('docs/rights.md', noCurl, () => it('its commands work', { timeout: 60_000 }, rights));
describeNeeding('docs/audit.md', noCurl, () => it('its searches work', { timeout: 60_000 }, whatIsOnRecord));

/** Runs the `sh` blocks of a text as one script and gives what it printed. Files that it writes go to this run's folder. */
async function runBlocks(markdown: string, least = 2): Promise<string> {
  const blocks = [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].map((m) => m[1]!);
  expect(blocks.length).toBeGreaterThanOrEqual(least);
  const script = blocks
    .map((block) => `${block}\nprintf '\\n---\\n'\n`)
    .join('')
    .replaceAll('http://localhost:8080', running.url.replace(/\/fhir$/, ''))
    .replace(/(?<![\w/])(found\.json|cda\.xml|parameters\.json)/g, (file) => path.join(dir, file));
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: root,
    env: { ...process.env, ...place },
  });
  return stdout;
}

async function readme(): Promise<void> {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const start = readme.indexOf('## A first success');
  const printed = await runBlocks(readme.slice(start, readme.indexOf('\n## ', start + 5)));
  expect(printed).toContain('"active":true');
  expect(printed).toContain('"resourceType":"DocumentReference"');
  const note = text('Transmission du matin : nuit calme, bon appétit.\n').toString();
  expect(printed.endsWith(`${note}\n---\n`)).toBe(true);
}

async function whatThePatientAllows(): Promise<void> {
  const [recorded = '', waiting] = (await runBlocks(readFileSync(path.join(root, 'docs/consent.md'), 'utf8'))).split(
    '\n---\n',
  );
  expect(recorded.match(/"resourceType":"Consent"/g)?.length).toBeGreaterThanOrEqual(4);
  expect(JSON.parse(waiting ?? '')).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 0 });
}

async function patientsBeyond(): Promise<void> {
  const printed = (await runBlocks(readFileSync(path.join(root, 'docs/patients.md'), 'utf8'))).split('\n---\n');
  const [, mine, structures, data, page] = printed;
  for (const list of [mine, structures])
    expect(JSON.parse(list ?? '')).toMatchObject({ resourceType: 'Bundle', type: 'searchset' });
  expect(JSON.parse(data ?? '')).toMatchObject({ resourceType: 'Patient', active: true });
  expect(page).toContain('/AccesDirect/HistoriqueAcces/');
}

async function identities(): Promise<void> {
  const printed = (await runBlocks(readFileSync(path.join(root, 'docs/identity.md'), 'utf8'))).split('\n---\n');
  const [, fed, deposited, others, corrected] = printed;
  expect(JSON.parse(fed ?? '')).toMatchObject({ resourceType: 'Patient', meta: { tag: [{ code: 'own' }] } });
  expect(JSON.parse(deposited ?? '')).toMatchObject({ resourceType: 'DocumentReference', status: 'current' });
  expect(others).toContain('236046999012376');
  expect(corrected).toContain('"to-delete"');
  expect(corrected).toContain('"remaining"');
}

async function rights(): Promise<void> {
  const [mine = '', tokens = '', secret = ''] = (
    await runBlocks(readFileSync(path.join(root, 'docs/rights.md'), 'utf8'))
  ).split('\n---\n');
  expect(mine.match(/"resourceType":"Parameters"/g)).toHaveLength(2);
  expect(mine).toContain('"name":"treatingPhysician"');
  expect(tokens.trim().split('\n')).toHaveLength(2);
  for (const token of [...tokens.trim().split('\n'), secret.trim()]) expect(token).toMatch(/^[\w-]{43}$/);
}

async function whatIsOnRecord(): Promise<void> {
  const page = readFileSync(path.join(root, 'docs/audit.md'), 'utf8');
  // What follows is for who runs the installation.
  const searches = page.slice(0, page.indexOf('## How it can be trusted'));
  expect(searches).toContain('run -s token -- admin');
  const printed = await runBlocks(searches, 1);
  expect(printed.match(/"type":"searchset"/g)).toHaveLength(2);
}

async function lifeOfADocument(): Promise<void> {
  const printed = await runBlocks(readFileSync(path.join(root, 'docs/life-of-a-document.md'), 'utf8'));
  const [, dryRun, deposits, chain, news, page, generated, masked, deleted] = printed.split('\n---\n');
  const json = (answer: string | undefined) => JSON.parse(answer ?? '') as Resource;
  expect(json(dryRun)).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] });
  expect(deposits).toContain('"relatesTo"');
  const found = (json(chain) as Bundle<DocumentReference>).entry?.map((e) => e.resource);
  expect(found?.map((d) => [d?.status, d?.relatesTo?.map((r) => r.code)]).sort()).toEqual([
    ['current', ['replaces']],
    ['superseded', undefined],
  ]);
  expect(codesOf(json(masked) as DocumentReference)).toContain('MASQUE_PS');
  expect(news).toContain('2.16.840.1.113883.19.7602.50.20261121.2');
  expect(page).toContain('nuit agitée');
  expect(page).toMatch(/^<!doctype html>/i);
  expect(generated).toContain('Transmission du matin');
  expect(json(deleted)).toMatchObject({ resourceType: 'DocumentReference', status: 'entered-in-error' });
}

const codesOf = (d: DocumentReference) => d.securityLabel?.flatMap((l) => l.coding?.map((c) => c.code));
