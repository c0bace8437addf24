/**
 * `npm run audit:verify`: finds any change, gap or reordering in the audit trail (docs/audit.md), in the database of the settings or,
 * with `--export MANIFEST`, in an export, without any database.
 *
 * `--anchors FILE`: checkpoints that were given out (the log, or AUDIT_CHECKPOINT_FILE) must all be in the trail.
 * `--public-key FILE`: PEM, JWK or JWKS of a key that must have signed. `--json`: the report as JSON.
 *
 * Exit code: 0 nothing found; 1 something found; 2 it could not be verified.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { loadConfig } from '../server/config.ts';
import { CHECKPOINT_TYPE, readToken, thumbprint } from '../server/store/trail/checkpoint.ts';
import { sayFinding, verifyAudit } from '../server/store/trail/commands.ts';
import { type ExportReport, verifyExport } from '../server/store/trail/export-verify.ts';
import type { Report } from '../server/store/trail/verify.ts';

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** The checkpoints in a file, whatever else stands around them. */
export async function* anchorsIn(file: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity }))
    for (const [token] of line.matchAll(TOKEN)) if (isCheckpoint(token)) yield token;
}

function isCheckpoint(token: string): boolean {
  try {
    const { typ, payload } = readToken<{ number?: unknown }>(token);
    return typ === CHECKPOINT_TYPE && Number.isSafeInteger(payload.number);
  } catch {
    return false;
  }
}

/** Thumbprints of the keys of a file. @throws Error when there is none */
export async function pinnedKeys(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  if (text.includes('-----BEGIN')) return [thumbprint(createPublicKey(text).export({ format: 'jwk' }))];
  const json = JSON.parse(text) as { keys?: JsonWebKey[] } & JsonWebKey;
  const keys = json.keys ?? [json];
  if (keys.length === 0 || keys.some((key) => key.kty === undefined)) throw new Error(`${file} holds no public key.`);
  return keys.map(thumbprint);
}

/** One line a fact. */
export function sayReport(report: Report): string {
  const { isGood, checkpoints, signedAt, records, unsigned, before, streams, open, keys } = report;
  const facts = [
    `${records} records in ${streams} streams (${open} open), ${checkpoints} checkpoints${signedAt ? `, the last of ${signedAt}` : ''}.`,
    ...(checkpoints === 0
      ? ['Nothing is signed yet: either nothing was put on record, or all of it was deleted.']
      : []),
    ...(before > 0 ? [`${before} records from before the chain.`] : []),
    ...(unsigned > 0
      ? [`${unsigned} records are chained and not signed for yet: whether some were cut off after them cannot be told.`]
      : []),
    ...keys.map((key) => `Key ${key.thumbprint}, in force from ${key.from}${key.until ? ` until ${key.until}` : ''}.`),
  ];
  return [
    ...facts,
    ...sayFindings(report),
    isGood ? 'Good: nothing was changed, removed or inserted.' : 'NOT GOOD.',
  ].join('\n');
}

const sayFindings = ({ findings }: Pick<Report, 'findings'>): string[] =>
  findings.map((finding, i) => `${i === 0 ? 'First: ' : '       '}${sayFinding(finding)}`);

function sayExport(report: ExportReport): string {
  const { records, before, unsigned } = report.manifest;
  return [
    `${records} records of the chain, ${before} from before it${unsigned > 0 ? `; ${unsigned} were not signed for and are not in it` : ''}.`,
    ...sayFindings(report),
    report.isGood ? 'Good: this is what was exported, and it leads to signed checkpoints.' : 'NOT GOOD.',
  ].join('\n');
}

/** @returns the exit code */
export async function main(args: string[], env: NodeJS.ProcessEnv, say: (text: string) => void): Promise<0 | 1 | 2> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        anchors: { type: 'string' },
        'public-key': { type: 'string' },
        export: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const pinned = values['public-key'] === undefined ? undefined : await pinnedKeys(values['public-key']);
    const [report, text] =
      values.export === undefined
        ? await ofDatabase(env, values.anchors, pinned)
        : await ofExport(values.export, pinned);
    say(values.json ? JSON.stringify(report, null, 2) : text);
    return report.isGood ? 0 : 1;
  } catch (error) {
    say(`It could not be verified: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}

async function ofDatabase(env: NodeJS.ProcessEnv, anchors: string | undefined, pinned: string[] | undefined) {
  const options = { ...(anchors === undefined ? {} : { anchors: anchorsIn(anchors) }), ...(pinned ? { pinned } : {}) };
  const report = await verifyAudit(loadConfig(env), options);
  return [report, sayReport(report)] as const;
}

async function ofExport(file: string, pinned: string[] | undefined) {
  const report = await verifyExport(file, pinned);
  return [report, sayExport(report)] as const;
}

if (process.argv[1] === import.meta.filename)
  process.exitCode = await main(process.argv.slice(2), process.env, (text) => console.log(text));
