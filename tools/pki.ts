/**
 * The throw-away PKI of a demonstration: certificates of IGC-Santé's shapes for a fictional establishment, made on first
 * start and kept in `DATA_DIR/pki`. Whoever connects to the real DMP gives the real ones (DMP_TLS_CERT, …).
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '../server/config.ts';
import { type Authority, createIntermediate, createRoot, type Issued, issueLeaf, pem } from './pki/issue.ts';
import { authorityName, organisationName, personName } from './pki/names.ts';

/** Absolute paths of a key pair. */
export interface PairPaths {
  /** Private key, PEM PKCS#8, 0600. */
  key: string;
  /** The certificate followed by its intermediate, PEM. */
  chain: string;
}

/** Absolute paths of what `ensurePki` keeps. */
export interface PkiPaths {
  dir: string;
  root: { cert: string };
  /** Root and intermediates in one file: what the DMP trusts. */
  ca: string;
  /** TLS certificate of the simulator: localhost, 127.0.0.1, ::1. */
  server: PairPaths;
  /** ORG AUTH_CLI of the establishment: opens the mutual TLS. */
  orgAuth: PairPaths;
  /** ORG SIGN of the establishment: seals the VIHF and the XAdES. */
  orgSign: PairPaths;
  /** The same of further establishments, by Struct_IdNat. */
  others: ReadonlyMap<string, { orgAuth: PairPaths; orgSign: PairPaths }>;
}

/** Whose certificates. */
export interface Establishment {
  /** Struct_IdNat, the OU. */
  id: string;
  name: string;
}

/** A PKI in memory. Its authorities can issue more (tests do); `ensurePki` keeps no key of theirs. */
export interface Pki {
  root: Authority;
  organisations: Authority;
  persons: Authority;
  server: Issued;
  orgAuth: Issued;
  orgSign: Issued;
  others: ReadonlyMap<string, { orgAuth: Issued; orgSign: Issued }>;
}

const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 730;
const RENEW_BEFORE_DAYS = 30;
const DEPARTMENT = 'Isère (38)';

const pairs = { server: 'server', orgAuth: 'org-auth', orgSign: 'org-sign' } as const;

/**
 * Makes a whole PKI; about a second, mostly spent on keys.
 * @param others further establishments, whose certificates come from the same authority
 */
export async function createPki(
  establishment: Establishment,
  now = new Date(),
  others: readonly Establishment[] = [],
): Promise<Pki> {
  const validity = {
    // A machine whose clock is a little behind must still accept them.
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + LIFETIME_DAYS * DAY_MS),
  };
  const root = await createRoot(authorityName('FICTIVE AC RACINE IGC-SANTE ELEMENTAIRE'), validity);
  const [organisations, persons] = await Promise.all([
    createIntermediate(root, authorityName('FICTIVE AC IGC-SANTE ELEMENTAIRE ORGANISATIONS')),
    createIntermediate(root, authorityName('FICTIVE AC IGC-SANTE ELEMENTAIRE PERSONNES')),
  ]);
  const pairOf = async (of: Establishment) => ({
    orgAuth: await issueOrganisation(organisations, of, 'clientAuth'),
    orgSign: await issueOrganisation(organisations, of, 'sign'),
  });
  const [server, own, ...further] = await Promise.all([
    issueLeaf(
      organisations,
      organisationName({ department: 'Paris (75)', name: 'DMP FICTIF', id: '318751275100020', cn: 'localhost' }),
      'serverAuth',
      ['localhost', '127.0.0.1', '::1'],
    ),
    pairOf(establishment),
    ...others.map(async (other) => [other.id, await pairOf(other)] as const),
  ]);
  return { root, organisations, persons, server, ...own, others: new Map(further) };
}

/** PEM of a certificate of an organisation, followed by its authority. */
export const chainOf = (pki: Pki, { certificate }: Issued): string => certificate + pem(pki.organisations.certificate);

/** A structure's AUTH_CLI (`clientAuth`) or cachet (`sign`). */
export function issueOrganisation(
  issuer: Authority,
  { id, name }: Establishment,
  profile: 'clientAuth' | 'sign',
): Promise<Issued> {
  const cn = profile === 'sign' ? 'DMP-FHIR CACHET DMP' : 'DMP-FHIR AUTH DMP';
  return issueLeaf(issuer, organisationName({ department: DEPARTMENT, name, id, cn }), profile);
}

/** A professional's certificate, shaped as on a CPS. */
export function issuePerson(
  issuer: Authority,
  person: Parameters<typeof personName>[0],
  profile: 'clientAuth' | 'sign',
): Promise<Issued> {
  return issueLeaf(issuer, personName(person), profile);
}

/**
 * The PKI of a folder: made when absent, incomplete, about to expire (30 days), or another establishment's.
 * @param dir e.g. `DATA_DIR/pki`
 * @param establishment by default STRUCTURE_ID and STRUCTURE_NAME
 * @param others further establishments, whose certificates come from the same authority: its key is not kept, so that all are made
 * together
 */
export async function ensurePki(
  dir: string,
  establishment: Establishment = configured(),
  now = new Date(),
  others: readonly Establishment[] = [],
): Promise<PkiPaths> {
  const paths = pathsIn(path.resolve(dir), others);
  if (!(await isUsable(paths, [establishment, ...others], now)))
    await keepPki(paths.dir, await createPki(establishment, now, others));
  return paths;
}

function configured(): Establishment {
  const { STRUCTURE_ID, STRUCTURE_NAME } = loadConfig();
  return { id: STRUCTURE_ID, name: STRUCTURE_NAME };
}

function pathsIn(dir: string, others: readonly Pick<Establishment, 'id'>[]): PkiPaths {
  const pair = (name: string) => ({
    key: path.join(dir, `${name}.key.pem`),
    chain: path.join(dir, `${name}.cert.pem`),
  });
  const ofOther = ({ id }: Pick<Establishment, 'id'>) => ({
    orgAuth: pair(nameFor(id, pairs.orgAuth)),
    orgSign: pair(nameFor(id, pairs.orgSign)),
  });
  return {
    dir,
    root: { cert: path.join(dir, 'root.cert.pem') },
    ca: path.join(dir, 'ca.pem'),
    server: pair(pairs.server),
    orgAuth: pair(pairs.orgAuth),
    orgSign: pair(pairs.orgSign),
    others: new Map(others.map((other) => [other.id, ofOther(other)])),
  };
}

/** File name of what belongs to another establishment than the first. */
const nameFor = (id: string, pair: string): string => `${pair}-${id}`;

async function isUsable(paths: PkiPaths, establishments: readonly Establishment[], now: Date): Promise<boolean> {
  try {
    const root = new X509Certificate(await readFile(paths.root.cert));
    await readFile(paths.ca);
    const read = async ({ chain, key }: PairPaths): Promise<X509Certificate> => {
      await readFile(key);
      return new X509Certificate(await readFile(chain));
    };
    const server = await read(paths.server);
    const owned = await Promise.all(
      establishments.flatMap((of) => {
        const { orgAuth, orgSign } = paths.others.get(of.id) ?? paths;
        return [orgAuth, orgSign].map(async (pair) => ({ of, certificate: await read(pair) }));
      }),
    );
    const limit = now.getTime() + RENEW_BEFORE_DAYS * DAY_MS;
    const lasting = [root, server, ...owned.map((o) => o.certificate)].every(
      ({ validTo }) => Date.parse(validTo) > limit,
    );
    const own = owned.every(({ of: { id, name }, certificate: { subject } }) =>
      [`O=${name}`, `OU=${id}`].every((line) => subject.split('\n').includes(line)),
    );
    return lasting && own;
  } catch {
    return false;
  }
}

/** Writes a PKI into a folder. Built beside its place and moved there whole: a mixture of two PKIs is never seen. */
export async function keepPki(dir: string, pki: Pki): Promise<PkiPaths> {
  const draft = `${dir}.new-${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const put = (name: string, text: string) => writeFile(path.join(draft, name), text, { mode: 0o600 });
  const intermediate = pem(pki.organisations.certificate);
  const root = pem(pki.root.certificate);
  await put('root.cert.pem', root);
  await put('ca.pem', root + intermediate + pem(pki.persons.certificate));
  const putPair = async (name: string, issued: Issued): Promise<void> => {
    await put(`${name}.key.pem`, issued.key);
    await put(`${name}.cert.pem`, chainOf(pki, issued));
  };
  for (const [pair, name] of Object.entries(pairs)) await putPair(name, pki[pair as keyof typeof pairs]);
  for (const [id, { orgAuth, orgSign }] of pki.others) {
    await putPair(nameFor(id, pairs.orgAuth), orgAuth);
    await putPair(nameFor(id, pairs.orgSign), orgSign);
  }
  await rm(dir, { recursive: true, force: true });
  await rename(draft, dir);
  return pathsIn(
    path.resolve(dir),
    [...pki.others.keys()].map((id) => ({ id })),
  );
}
