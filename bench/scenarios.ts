/** What is measured: each scenario prepares its own data through the façade, then says what one request is. */
import { loadConfig } from '../server/config.ts';
import { pdfOfSize, text } from '../test/support/documents.ts';
import { makeToken } from '../test/support/outside-issuer.ts';
import {
  consent,
  INS_TEST,
  newOid,
  patients,
  provideBundle,
  simplified,
  VISIBILITY,
  type Deposit,
} from '../test/support/resources.ts';
import type { Load } from './load.ts';

/** Of the tokens: the same at both façades. */
export const audience = 'bench';

export interface Prepared {
  load: Omit<Load, 'seconds'>;
}
export interface Scenario {
  name: string;
  /** documents that one answer holds */
  hits?: number;
  /** the floor passes the attachment on instead of answering canned bytes */
  stream?: boolean;
  /** @param replayed answers will be those that were recorded once, whatever is asked */
  prepare(base: string, dataDir: string, replayed: boolean): Promise<Prepared>;
}

const tokens = new Map<string, Promise<string>>();
function token(person: 'nurse' | 'doctor', dataDir: string): Promise<string> {
  const key = `${person} ${dataDir}`;
  const known = tokens.get(key) ?? makeToken(loadConfig({ DATA_DIR: dataDir, AUTH_AUDIENCE: audience }), { person });
  tokens.set(key, known);
  return known;
}
const headers = async (
  kind: 'nurse' | 'doctor',
  dataDir: string,
  more: Record<string, string> = {},
): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await token(kind, dataDir)}`,
  ...more,
});

/** P1 agrees, and the doctor has looked into the record once: what is measured then is the usual case. */
export async function agree(base: string, dataDir: string): Promise<void> {
  const ask = async (url: string, kind: 'nurse' | 'doctor', body?: object): Promise<void> => {
    const answer = await fetch(`${base}${url}`, {
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      headers: await headers(kind, dataDir, body ? { 'content-type': 'application/fhir+json' } : {}),
    });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
  };
  for (const topic of ['feeding', 'consultation']) await ask('/Consent', 'nurse', consent('P1', topic));
  await ask(`/Patient?identifier=${p1}`, 'doctor');
}

async function deposit(base: string, dataDir: string, deposits: Deposit[]): Promise<void> {
  for (let i = 0; i < deposits.length; i += 50) {
    const answer = await fetch(base, {
      method: 'POST',
      headers: await headers('nurse', dataDir, { 'content-type': 'application/fhir+json' }),
      body: JSON.stringify(provideBundle(deposits.slice(i, i + 50), 'P1')),
    });
    if (!answer.ok) throw new Error(`deposit: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
  }
}

/** Enough to keep the façade busy, and no more: what waits for its turn costs memory, and hides what a hit costs. */
const connectionsFor = (hits: number): number => Math.max(1, Math.min(10, Math.floor(2000 / hits)));

/** A type for each number of hits: the search finds exactly what the scenario deposited. */
const typeOfHits: Record<number, string> = {
  1: '11506-3',
  20: '80771-9',
  100: '34842-5',
  1000: '88348-8',
  5000: '57832-8',
};
const p1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const done = new Set<number>();

const list = (hits: number): Scenario => ({
  name: `ITI-67, ${hits} hit${hits > 1 ? 's' : ''}`,
  hits,
  async prepare(base, dataDir) {
    const type = { system: 'http://loinc.org', code: typeOfHits[hits]! };
    // Both façades speak to the same simulated DMP: what one deposits the other finds.
    if (!done.has(hits))
      await deposit(
        base,
        dataDir,
        Array.from({ length: hits }, (_, i) => ({ content: text(`Note ${i}`), contentType: 'text/plain', type })),
      );
    done.add(hits);
    const url = `${base}/DocumentReference?patient.identifier=${p1}&status=current&type=${encodeURIComponent(`http://loinc.org|${type.code}`)}&_count=${Math.min(hits, 1000)}`;
    const check = (await (await fetch(url, { headers: await headers('doctor', dataDir) })).json()) as { total: number };
    if (check.total !== hits) throw new Error(`expected ${hits} hits, found ${check.total}`);
    return { load: { url, headers: await headers('doctor', dataDir), connections: connectionsFor(hits) } };
  },
});

const create = (label: string, bytes: number): Scenario => ({
  name: `ITI-105, ${label}`,
  async prepare(base, dataDir) {
    const placeholder = '2.25.100000000000000000000000000000000000';
    const body = Buffer.from(
      JSON.stringify(simplified({ content: pdfOfSize(bytes), contentType: 'application/pdf', uniqueId: placeholder })),
    );
    const at = body.indexOf(placeholder);
    const fresh = (): Buffer => {
      const copy = Buffer.from(body);
      copy.write(
        newOid()
          .replace(/^2\.25\./, '')
          .slice(0, 35)
          .padEnd(35, '7')
          .replace(/^/, '2.25.1'),
        at,
        'latin1',
      );
      return copy;
    };
    return {
      load: {
        url: `${base}/DocumentReference`,
        method: 'POST',
        headers: await headers('nurse', dataDir, { 'content-type': 'application/fhir+json' }),
        body: fresh,
        connections: 4,
      },
    };
  },
});

const retrieve = (label: string, bytes: number): Scenario => ({
  name: `ITI-68, ${label}`,
  stream: true,
  async prepare(base, dataDir) {
    const uniqueId = newOid();
    await deposit(base, dataDir, [{ content: pdfOfSize(bytes, 1), contentType: 'application/pdf', uniqueId }]);
    const url = `${base}/DocumentReference?patient.identifier=${p1}&status=current&identifier=${encodeURIComponent(`urn:ietf:rfc:3986|urn:oid:${uniqueId}`)}`;
    const found = (await (await fetch(url, { headers: await headers('doctor', dataDir) })).json()) as {
      entry: { resource: { content: { attachment: { url: string } }[] } }[];
    };
    const attachment = new URL(found.entry[0]!.resource.content[0]!.attachment.url);
    // The façade's public base may differ from the address that is measured.
    return {
      load: {
        url: `${base}${attachment.pathname.slice(attachment.pathname.indexOf('/fhir') + 5)}`,
        headers: await headers('doctor', dataDir, { accept: '*/*' }),
        connections: 4,
      },
    };
  },
});

/** A list in which every document replaces another: `relatesTo` takes a second question and is filled in each. */
const related = (hits: number): Scenario => ({
  name: `ITI-67, ${hits} replacements`,
  hits,
  async prepare(base, dataDir) {
    const type = { system: 'http://loinc.org', code: '74207-2' };
    const common = { contentType: 'text/plain', type };
    if (!done.has(-hits)) {
      const before = Array.from({ length: hits }, (_, i) => ({
        ...common,
        content: text(`Old ${i}`),
        uniqueId: newOid(),
      }));
      await deposit(base, dataDir, before);
      for (const { uniqueId } of before) await replace(base, dataDir, uniqueId, { ...common, content: text('New') });
    }
    done.add(-hits);
    const url = `${base}/DocumentReference?patient.identifier=${p1}&status=current&type=${encodeURIComponent(`http://loinc.org|${type.code}`)}&_count=1000`;
    const check = (await (await fetch(url, { headers: await headers('doctor', dataDir) })).json()) as {
      entry: { resource: { relatesTo?: unknown[] } }[];
    };
    const filled = check.entry.filter((e) => e.resource.relatesTo?.length === 1).length;
    if (filled !== hits) throw new Error(`expected ${hits} replacements, found ${filled}`);
    return { load: { url, headers: await headers('doctor', dataDir), connections: connectionsFor(hits) } };
  },
});

/** A resource that replaces the document of that uniqueId. */
const replacing = (uniqueId: string, by: Deposit): string =>
  JSON.stringify({
    ...simplified(by),
    relatesTo: [
      {
        code: 'replaces',
        target: { identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${uniqueId}` } },
      },
    ],
  });

async function replace(base: string, dataDir: string, uniqueId: string, by: Deposit): Promise<void> {
  const answer = await fetch(`${base}/DocumentReference`, {
    method: 'POST',
    headers: await headers('nurse', dataDir, { 'content-type': 'application/fhir+json' }),
    body: replacing(uniqueId, by),
  });
  if (!answer.ok) throw new Error(`replace: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
}

/** How many documents a scenario that uses them up has at hand: what is left over costs nothing. */
const stock = 1500;

/** Deposits documents and hands them out one after the other. @throws Error when all are used */
async function supply(base: string, dataDir: string): Promise<() => string> {
  const ids = Array.from({ length: stock }, () => newOid());
  await deposit(
    base,
    dataDir,
    ids.map((uniqueId, i) => ({ content: text(`Stock ${i}`), contentType: 'text/plain', uniqueId })),
  );
  let next = 0;
  return () => {
    const id = ids[next++];
    if (id === undefined) throw new Error(`more than ${stock} documents were used`);
    return id;
  };
}

const replaceOne: Scenario = {
  name: 'ITI-105, replace',
  async prepare(base, dataDir) {
    const take = await supply(base, dataDir);
    return {
      load: {
        url: `${base}/DocumentReference`,
        method: 'POST',
        headers: await headers('nurse', dataDir, { 'content-type': 'application/fhir+json' }),
        body: () => Buffer.from(replacing(take(), { content: text('New'), contentType: 'text/plain' })),
        connections: 4,
      },
    };
  },
};

const mask = Buffer.from(
  JSON.stringify([
    { op: 'add', path: '/securityLabel/-', value: { coding: [{ system: VISIBILITY, code: 'MASQUE_PS' }] } },
  ]),
);
const patchOne: Scenario = {
  name: 'PATCH, mask',
  async prepare(base, dataDir, replayed) {
    const next = await supply(base, dataDir);
    const one = next();
    const take = replayed ? () => one : next;
    return {
      load: {
        url: () => `${base}/DocumentReference?identifier=${encodeURIComponent(`urn:ietf:rfc:3986|urn:oid:${take()}`)}`,
        method: 'PATCH',
        headers: await headers('doctor', dataDir, { 'content-type': 'application/json-patch+json' }),
        body: mask,
        connections: 4,
      },
    };
  },
};

export const scenarios: readonly Scenario[] = [
  list(1),
  list(20),
  list(100),
  list(1000),
  list(5000),
  related(100),
  create('100 kB', 100_000),
  create('5 MB', 5_000_000),
  replaceOne,
  patchOne,
  retrieve('100 kB', 100_000),
  retrieve('20 MB', 20_000_000),
];
