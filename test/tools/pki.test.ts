import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPki, ensurePki, issuePerson, type PairPaths, type Pki, type PkiPaths } from '../../tools/pki.ts';
import { distinguishedName } from '../../tools/pki/names.ts';
import { describeNeeding } from '../support/shared.ts';

const verger = { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' };
const DAY_MS = 86_400_000;
let dir: string;
let paths: PkiPaths;

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'pki-'));
  paths = await ensurePki(path.join(dir, 'pki'), verger);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const certificate = async (file: string) => new X509Certificate(await readFile(file));
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
const hasOpenssl = (() => {
  try {
    return openssl('version') !== '';
  } catch {
    return false;
  }
})();

describe('the throw-away PKI', () => {
  it('names the establishment as IGC-Santé does', async () => {
    const auth = await certificate(paths.orgAuth.chain);
    expect(auth.subject).toBe('C=FR\nST=Isère (38)\nO=EHPAD FICTIF LE VERGER\nOU=1990100109\nCN=DMP-FHIR AUTH DMP');
    expect(auth.issuer).toMatch(
      /^C=FR\nO=.+\nOU=0002 999100233\nOU=IGC-SANTE FICTIVE\nCN=FICTIVE AC .* ORGANISATIONS$/,
    );
    expect((await certificate(paths.orgSign.chain)).subject).toContain('OU=1990100109\nCN=DMP-FHIR CACHET DMP');
  });

  it('limits each certificate to its use', async () => {
    expect((await certificate(paths.orgAuth.chain)).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect((await certificate(paths.orgSign.chain)).keyUsage).toEqual(['1.3.6.1.5.5.7.3.4']);
    const server = await certificate(paths.server.chain);
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    for (const host of ['127.0.0.1', '::1']) expect(server.checkIP(host)).toBe(host);
    expect(server.checkHost('localhost')).toBe('localhost');
  });

  it('chains every leaf to the root, through the intermediate that follows it in its file', async () => {
    const root = await certificate(paths.root.cert);
    expect(root.verify(root.publicKey) && root.ca).toBe(true);
    for (const pair of [paths.server, paths.orgAuth, paths.orgSign]) {
      const [leaf, intermediate] = (await readFile(pair.chain, 'utf8'))
        .match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g)!
        .map((p) => new X509Certificate(p));
      expect(leaf!.ca).toBe(false);
      expect(leaf!.checkIssued(intermediate!) && leaf!.verify(intermediate!.publicKey)).toBe(true);
      expect(intermediate!.checkIssued(root) && intermediate!.verify(root.publicKey)).toBe(true);
      const key = createPrivateKey(await readFile(pair.key));
      expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
      expect(leaf!.checkPrivateKey(key)).toBe(true);
    }
  });

  it('keeps keys to itself, and none of an authority', async () => {
    expect((await stat(paths.dir)).mode & 0o777).toBe(0o700);
    const names = await readdir(paths.dir);
    expect(names.filter((name) => name.includes('key')).sort()).toEqual([
      'org-auth.key.pem',
      'org-sign.key.pem',
      'server.key.pem',
    ]);
    for (const name of names) expect((await stat(path.join(paths.dir, name))).mode & 0o777).toBe(0o600);
  });

  it('is kept as it is, and made again for another establishment or when it is about to expire', async () => {
    const serial = async () => (await certificate(paths.orgAuth.chain)).serialNumber;
    const first = await serial();
    await ensurePki(paths.dir, verger);
    expect(await serial()).toBe(first);
    await ensurePki(paths.dir, { ...verger, id: '1990200776' });
    const second = await serial();
    expect(second).not.toBe(first);
    expect((await certificate(paths.orgSign.chain)).subject).toContain('OU=1990200776');
    // The establishment asked for must be the whole of the name, not a part.
    await ensurePki(paths.dir, { ...verger, id: '199020077' });
    const third = await serial();
    expect(third).not.toBe(second);
    await ensurePki(paths.dir, { ...verger, id: '199020077' }, new Date(Date.now() + 690 * DAY_MS));
    expect(await serial()).toBe(third);
    await ensurePki(paths.dir, { ...verger, id: '199020077' }, new Date(Date.now() + 710 * DAY_MS));
    expect(await serial()).not.toBe(third);
    await rm(paths.server.key);
    await ensurePki(paths.dir, verger);
    expect(createPrivateKey(await readFile(paths.server.key, 'utf8')).asymmetricKeyType).toBe('rsa');
  });

  it('has certificates of several establishments, of one authority, made again when one of them lacks', async () => {
    const savs = { id: '399910047700025', name: 'SAVS FICTIF LES TILLEULS' };
    const several = await ensurePki(path.join(dir, 'several'), verger, undefined, [savs]);
    const { orgAuth, orgSign } = several.others.get(savs.id)!;
    for (const pair of [orgAuth, orgSign]) {
      const leaf = await certificate(pair.chain);
      expect(leaf.subject.split('\n')).toEqual(expect.arrayContaining([`O=${savs.name}`, `OU=${savs.id}`]));
      expect(leaf.issuer).toBe((await certificate(several.orgAuth.chain)).issuer);
      expect(leaf.checkPrivateKey(createPrivateKey(await readFile(pair.key)))).toBe(true);
    }
    expect((await certificate(several.orgAuth.chain)).subject).toContain(`OU=${verger.id}`);
    const serial = async () => (await certificate(orgAuth.chain)).serialNumber;
    const first = await serial();
    await ensurePki(several.dir, verger, undefined, [savs]);
    await ensurePki(several.dir, verger);
    expect(await serial(), 'they stay').toBe(first);
    await ensurePki(several.dir, verger, undefined, [{ ...savs, name: 'SAVS FICTIF' }]);
    expect(await serial()).not.toBe(first);
    await rm(orgSign.key);
    await ensurePki(several.dir, verger, undefined, [savs]);
    expect(createPrivateKey(await readFile(orgSign.key, 'utf8')).asymmetricKeyType).toBe('rsa');
  });

  it('opens a mutual TLS connection, and only for a client that it vouches for', async () => {
    const server = https.createServer(
      {
        key: await readFile(paths.server.key),
        cert: await readFile(paths.server.chain),
        ca: await readFile(paths.ca),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (req, res) => res.end(tls.TLSSocket.prototype.getPeerCertificate.call(req.socket).subject.OU),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    const call = async (pair?: PairPaths) =>
      new Promise<string>((resolve, reject) => {
        void (async () => {
          const client = pair && { key: await readFile(pair.key), cert: await readFile(pair.chain) };
          https
            .get({ host: 'localhost', port, ca: await readFile(paths.root.cert), agent: false, ...client }, (res) => {
              res.setEncoding('utf8').on('data', resolve);
            })
            .on('error', reject);
        })();
      });
    try {
      expect(await call(paths.orgAuth)).toBe('1990100109');
      await expect(call()).rejects.toThrow();
      const stranger = await ensurePki(path.join(dir, 'stranger'), verger);
      await expect(call(stranger.orgAuth)).rejects.toThrow();
    } finally {
      server.close();
    }
  });
});

describe('names', () => {
  let pki: Pki;
  beforeAll(async () => {
    pki = await createPki(verger);
  });

  it('puts a person’s names and number in one relative name, as on a CPS', async () => {
    const person = { title: 'Médecin', given: 'HÉLÈNE', family: 'MAUREL', id: '899700101233' };
    const issued = await issuePerson(pki.persons, person, 'sign');
    const parsed = new X509Certificate(issued.certificate);
    expect(parsed.subject.split('\n').slice(0, 2)).toEqual(['C=FR', 'title=Médecin']);
    expect(parsed.subject.split('\n')[2]!.split(' + ').sort()).toEqual(['CN=899700101233', 'GN=HÉLÈNE', 'SN=MAUREL']);
    expect(parsed.issuer).toContain('PERSONNES');
    expect(parsed.verify(createPublicKeyOf(pki))).toBe(true);
  });

  it('orders the values of a relative name by their encoding, whatever the order given', () => {
    const hex = (rdn: Record<string, string>) => Buffer.from(distinguishedName([rdn]).toArrayBuffer()).toString('hex');
    const expected = hex({ SN: 'B', GN: 'LONGER NAME', CN: 'A' });
    expect(hex({ GN: 'LONGER NAME', CN: 'A', SN: 'B' })).toBe(expected);
    // 2.5.4.3 (CN) before 2.5.4.4 (SN), both of one letter; the longer value last.
    expect(expected.indexOf('0603550403')).toBeLessThan(expected.indexOf('0603550404'));
    expect(expected.indexOf('0603550404')).toBeLessThan(expected.indexOf('060355042a'));
  });

  const createPublicKeyOf = ({ persons }: Pki) => new X509Certificate(persons.certificate.toString('pem')).publicKey;
});

describeNeeding('openssl agrees', hasOpenssl ? undefined : 'no openssl on this machine', () => {
  it('with the chains and purposes', async () => {
    const fresh = await ensurePki(path.join(dir, 'openssl'), verger);
    const verify = (purpose: string, file: string) =>
      openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', fresh.ca, file);
    expect(verify('sslclient', fresh.orgAuth.chain)).toContain('OK');
    expect(verify('smimesign', fresh.orgSign.chain)).toContain('OK');
    expect(verify('sslserver', fresh.server.chain)).toContain('OK');
    expect(() => verify('sslserver', fresh.orgAuth.chain)).toThrow();
  });

  it('with the encoding of a multi-valued name', async () => {
    const pki = await createPki(verger);
    const person = { title: 'Médecin', given: 'Zoé', family: 'LE', id: '899700101233' };
    const { certificate: text } = await issuePerson(pki.persons, person, 'sign');
    const shown = execFileSync('openssl', ['x509', '-noout', '-subject', '-nameopt', 'RFC2253,utf8,-esc_msb'], {
      input: text,
      encoding: 'utf8',
    });
    expect(shown.trim().replace('subject=', '').split(',')[0]!.split('+').sort()).toEqual([
      'CN=899700101233',
      'GN=Zoé',
      'SN=LE',
    ]);
  });
});
