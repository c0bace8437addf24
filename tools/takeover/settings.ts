/**
 * The settings of the command line: an option goes before an environment variable, that before the file (`dmp-takeover.json`, or
 * `--config`). One row each; docs/take-over.md has the table, which a test holds against this one.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CommandError } from './errors.ts';

const text = z.string().min(1);
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const oid = z.string().regex(/^urn:oid:[\d.]+$/, 'urn:oid:…');

/** Documents and tokens go there: never in clear, but on this machine. */
export function isSafeUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}
const server = z.url().refine(isSafeUrl, 'https://…');

/** Name in the file → schema, variable and what it is. The option is `--<name with dashes>`. */
export const settings = {
  base: [server.transform((url) => url.replace(/\/+$/, '')), 'FHIR base of the façade, https://…/fhir'],
  structure: [text, 'Struct_IdNat of the establishment'],
  structureName: [text, 'its name, as authors are to bear it'],
  client: [text, 'client_id, registered for Backend Services (private_key_jwt)'],
  key: [text, 'file with its private key, a JWK (RS384 or ES384)'],
  personId: [text, 'PS_IdNat of who answers for the take-over, and authors what names no author'],
  personFamily: [text, 'family name'],
  personGiven: [text, 'given name'],
  personRole: [text, 'profession, system|code: urn:oid:1.2.250.1.71.1.2.7|60'],
  administrator: [
    z.union([z.boolean(), z.stringbool()]).optional(),
    'the person is asserted as the structure’s administrator (for confirm)',
  ],
  scope: [text.default('system/DocumentReference.c system/Patient.rs system/Task.ru'), 'scopes asked for'],
  tokenUrl: [server.optional(), 'token endpoint; by default the one that the façade names'],
  ca: [text.optional(), 'PEM of the authorities that vouch for the façade’s certificate'],
  patientSystem: [oid.optional(), 'domain of the local patient identifiers, urn:oid:…'],
  insSystem: [oid.default('urn:oid:1.2.250.1.213.1.4.8'), 'authority of an INS in the manifest'],
  documents: [text.optional(), 'folder that holds the files of the manifest (that of the manifest)'],
  mapping: [text.optional(), 'CSV: local document types → the DMP’s'],
  contactName: [text.optional(), 'who answers for the take-over towards the CNAM'],
  contactEmail: [text.optional(), 'their address'],
  contactPhone: [text.optional(), 'their telephone'],
  maxBytes: [count(1, 2 ** 31).default(20 * 1024 * 1024), 'largest document (the façade’s MAX_DOCUMENT_BYTES)'],
  pdfa: [z.enum(['warn', 'refuse', 'ignore']).default('warn'), 'a PDF that is no PDF/A-1 (the façade’s PDFA)'],
  chunk: [count(1, 500).default(50), 'documents sent at once'],
  chunkBytes: [count(1024, 2 ** 30).default(16 * 1024 * 1024), 'octets of documents sent at once'],
  concurrency: [count(1, 16).default(2), 'requests at once'],
} as const satisfies Record<string, readonly [z.ZodType, string]>;

export type SettingName = keyof typeof settings;
export type Settings = { [N in SettingName]: z.output<(typeof settings)[N][0]> };

/** `patientSystem` → `DMP_TAKEOVER_PATIENT_SYSTEM` */
export const variableOf = (name: string): string =>
  `DMP_TAKEOVER_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
/** `patientSystem` → `patient-system` */
export const optionOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Those that are paths: in a file they are relative to it. */
const paths: readonly SettingName[] = ['key', 'ca', 'documents', 'mapping'];
const ownFile = 'dmp-takeover.json';

/** @throws CommandError naming every setting that lacks or is wrong */
export function loadSettings(
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  config?: string,
): Settings {
  const file = config ?? (existsSync(ownFile) ? ownFile : undefined);
  const kept = file === undefined ? {} : readFile(file);
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [name, [schema, meaning]] of Object.entries(settings)) {
    const result = schema.safeParse(options[name] ?? (env[variableOf(name)] || undefined) ?? kept[name]);
    if (result.success) values[name] = result.data;
    else wrong.push(`--${optionOf(name)}: ${meaning} (${result.error.issues.map((i) => i.message).join('; ')})`);
  }
  if (wrong.length > 0) throw new CommandError(wrong.join('\n'));
  return values as Settings;
}

function readFile(file: string): Record<string, unknown> {
  let kept: Record<string, unknown>;
  try {
    kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new CommandError(`${file}: JSON`, undefined, { cause });
  }
  const unknown = Object.keys(kept).filter((name) => !Object.hasOwn(settings, name));
  if (unknown.length > 0) throw new CommandError(`${file}: ${unknown.join(', ')} ?`);
  const folder = path.dirname(path.resolve(file));
  const absolute = paths.flatMap((name) =>
    typeof kept[name] === 'string' ? [[name, path.resolve(folder, kept[name])] as const] : [],
  );
  return { ...kept, ...Object.fromEntries(absolute) };
}
