/** Golden answers and the requests that they answer. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/facts.ts';
import type { DmpClient } from '../../../server/dmp/types.ts';
import type { FarEnd } from './far-end.ts';
import type { Json } from './http-file.ts';
import type { TestPki } from './pki.ts';
import { clientOf } from './setup.ts';

/** The golden request with which a golden answer is paired. */
export function requestOf(dir: string, file: string): string {
  const folder = path.join(dir, 'wire', path.dirname(file));
  const number = path.basename(file).slice(0, 2);
  const name = readdirSync(folder).find((f) => f.startsWith(`${number}-request`))!;
  return readFileSync(path.join(folder, name), 'utf8');
}

/** A client that draws the identifiers of the golden request with which an answer is paired. */
export function pairedClient(dir: string, file: string, pki: TestPki, far: FarEnd): DmpClient {
  const ids = [...requestOf(dir, file).matchAll(/extension="([0-9a-f-]{36})"/g)].map((m) => m[1]!);
  return clientOf(pki, far.url, {}, { newUuid: () => ids.shift() ?? randomUUID() });
}

/** What a reader must find: null and absent are the same (wire/README.md). */
export const present = (value: unknown): Json => JSON.parse(JSON.stringify(value, (_, v: unknown) => v ?? undefined));

/** The facts that expected.json lists of an HL7 V3 answer: it says nothing of places of birth and of the use of relatives' telecoms. */
export const listed = (answer: ExistenceAnswer): Json =>
  present({
    ...answer,
    patients: answer.patients.map(({ birthPlace: _, ...facts }) => ({
      ...facts,
      relationships: facts.relationships?.map((r) => ({ ...r, telecom: r.telecom.map((t) => t.value) })),
    })),
  });
