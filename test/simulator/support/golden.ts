/** The golden messages, and a simulator that stands at a message's instant and trusts the fixtures' signers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { startSimulator, type Simulator, type SimulatorOptions } from '../../../simulator/server.ts';
import type { Identity, TestPki } from './pki.ts';

/** Files of a folder under `wire`, sorted; empty on a machine without the corpora. */
export const filesIn = (dir: string, folder: string): string[] => {
  const path = join(dir, 'wire', folder);
  return existsSync(path) ? readdirSync(path).sort() : [];
};

export const readWire = (dir: string, file: string): string => readFileSync(join(dir, 'wire', file), 'utf8');

/** expected.json: `messages` and `vihf`, by path. */
export function expectedOf(dir: string): {
  messages: Record<string, Record<string, unknown>>;
  vihf: Record<string, { verdict: string; values: Record<string, unknown> }>;
} {
  return JSON.parse(readWire(dir, 'expected.json')) as ReturnType<typeof expectedOf>;
}

/** The authorities of the fixtures: never the impostor's. */
export const wireAuthorities = (dir: string): string[] =>
  ['ac-racine', 'ac-organisations', 'ac-personnes'].map((name) => readWire(dir, `certs/${name}.pem`));

const attributeValue = (xml: string, name: string): string | undefined =>
  new RegExp(`Name="${name}"[^>]*>\\s*<[^>]*>([^<]*)<`, 'i').exec(xml)?.[1];

/** What a message says of itself, read roughly: enough to choose a TLS certificate and a clock. */
export function aboutVihf(xml: string): {
  instant: Date;
  structure: string;
  nameId: string;
  direct: boolean;
  patient?: string;
} {
  const patient = attributeValue(xml, 'urn:oasis:names:tc:xacml:2.0:resource:resource-id')?.slice(0, 15);
  return {
    instant: new Date(/IssueInstant="([^"]+)"/.exec(xml)![1]!),
    structure: attributeValue(xml, 'Identifiant_Structure') ?? '',
    nameId: /<(?:\w+:)?NameID>([^<]*)</.exec(xml)?.[1] ?? '',
    direct: attributeValue(xml, 'Authentification_Mode') === 'DIRECTE',
    ...(patient === undefined ? {} : { patient }),
  };
}

/** A TLS client certificate that suits the message: the holder's card for DIRECTE, else the structure's. */
export const clientFor = (pki: TestPki, xml: string): Promise<Identity> => {
  const { direct, nameId, structure } = aboutVihf(xml);
  return direct ? pki.card(nameId, { use: 'tls' }) : pki.structure(structure, { use: 'tls' });
};

/** A simulator on free ports that trusts `vihfCa` for signatures and the test PKI for TLS. */
export const startFor = (pki: TestPki, vihfCa: string[], options: SimulatorOptions = {}): Promise<Simulator> =>
  startSimulator({
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    seed: 'story',
    ...options,
    material: { key: pki.server.key, cert: pki.server.chain, clientCa: pki.ca, vihfCa },
  });

/** The envelope of a golden request with another assertion, about that assertion's patient. */
export function envelopeWith(request: string, assertion: string): string {
  const bare = assertion.replace(/^<\?xml[^>]*\?>\s*/, '');
  const patient = aboutVihf(bare).patient;
  const replaced = request.replace(/<saml2:Assertion .*<\/saml2:Assertion>/s, () => bare);
  return patient === undefined
    ? replaced
    : replaced.replace(/(<value root="[^"]*" extension=")[^"]*"/, `$1${patient}"`);
}
