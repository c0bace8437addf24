/** The VIHF that goes out: in every mode and purpose, with each algorithm, judged by others than the one who signs. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { at, childrenOf, parseXml, type XmlNode } from '../../../mappings/xml/tree.ts';
import { chooseMode } from '../../../server/dmp/rights.ts';
import { certificateFacts, createSeal } from '../../../server/dmp/seal.ts';
import { writeEnvelope } from '../../../server/dmp/soap.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td2_1 } from '../../../server/dmp/transactions/td2-1.ts';
import { td3_1, td3_1b } from '../../../server/dmp/transactions/td3-1.ts';
import { td3_2 } from '../../../server/dmp/transactions/td3-2.ts';
import type { CallContext, DmpEnvironment, PurposeOfUse, Requester, VihfMode } from '../../../server/dmp/types.ts';
import { buildVihf } from '../../../server/dmp/vihf.ts';
import { absent } from '../../../tools/transactions.ts';
import { describeNeeding, describeShared } from '../../support/shared.ts';
import {
  assertionVerifies,
  canonical,
  digest,
  noXmlsec,
  schema,
  signedInfoVerifies,
  textAt,
  xmlsecVerifies,
} from './oracles.ts';
import { testPki, type TestPki } from './pki.ts';
import { byDoctor, byNurse, doctor, lpsOid, materialOf, nurse, p1 } from './setup.ts';

let pki: TestPki;
beforeAll(async () => {
  pki = await testPki();
}, 60_000);

const env = (
  vihfSignature: 'rsa-sha256' | 'rsa-sha1' = 'rsa-sha256',
  more: Partial<DmpEnvironment['options']> = {},
): DmpEnvironment => {
  const { key, chain } = materialOf(pki).seal;
  return {
    seal: createSeal(key, chain),
    options: {
      vihfVersion: '3.0',
      vihfSignature,
      airContextDecl: 'APP_BROWSER_AUTH',
      contextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      xadesDigest: 'sha1',
      sendHash: true,
      authorizationWords: ['EXPIRE', 'NON_EXISTE', 'INTERDIT'],
      ...more,
    },
    lps: {
      name: 'LumiDUI Passerelle',
      version: '4.2.0',
      id: 'LD-0451-7788',
      homologation: 'HOMOL-FICTIVE-0001',
      oid: lpsOid,
    },
    now: () => new Date('2026-10-20T05:00:00.000Z'),
    newUuid: randomUUID,
  };
};

/** Every mode and purpose that we send; the last ones with everything that XML finds awkward. */
const emitted: [VihfMode, PurposeOfUse, Partial<Requester>][] = [
  ['INDIRECTE', 'normal', {}],
  ['INDIRECTE', 'centre_15', {}],
  ['INDIRECTE_RENFORCEE', 'normal', {}],
  ['INDIRECTE_RENFORCEE', 'centre_15', {}],
  ['INDIRECTE_RENFORCEE', 'bris_de_glace', { reason: 'Détresse\r\n\trespiratoire "<&>" ’ 😀' }],
  ['INDIRECTE', 'normal', { family: 'D\'AUB&RIVE <"x">', given: 'JEAN-NOËL', personId: '3990100109/INTERNE-1' }],
];
const excC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const cases = emitted.flatMap(([mode, purpose, more]) =>
  (['rsa-sha256', 'rsa-sha1'] as const).map((a) => [mode, purpose, a, more] as const),
);
const contextOf = (purpose: PurposeOfUse, more: Partial<Requester>): CallContext => ({
  requester: { ...doctor, purpose, ...more },
  patient: p1,
});
const inEnvelope = (vihf: string): string =>
  writeEnvelope({ messageId: 'urn:uuid:1', action: 'urn:a', vihf, body: '<x xmlns="urn:x" xmlns:xs="urn:other"/>' });

describe('signature', () => {
  it.each(cases)('%s, %s, %s: by xml-crypto, and by libxml2 and node:crypto', (mode, purpose, algorithm, more) => {
    const assertion = buildVihf(contextOf(purpose, more), mode, env(algorithm));
    expect(assertionVerifies(assertion, pki.sign.certificate)).toBe(true);
    expect(signedInfoVerifies(assertion, pki.sign.certificate, { exclusive: true })).toBe(true);
    const unsigned = assertion.replace(/<ds:Signature .*<\/ds:Signature>/s, '');
    expect(unsigned).not.toBe(assertion);
    expect(textAt(assertion, '//ds:DigestValue')).toBe(
      digest(algorithm === 'rsa-sha1' ? 'sha1' : 'sha256', canonical(unsigned, '/*', { exclusive: true })),
    );
    expect(textAt(assertion, '//ds:Reference/@URI')).toBe(`#${textAt(assertion, '/*/@ID')}`);
    expect(inEnvelope(assertion)).toContain(assertion);
  });

  it.each(cases)('%s, %s, %s: byte for byte as xml-crypto writes it', (mode, purpose, algorithm, more) => {
    const e = env(algorithm);
    const assertion = buildVihf(contextOf(purpose, more), mode, e);
    const signed = assertion.replace(/<ds:Signature .*<\/ds:Signature>/s, '');
    const signer = new SignedXml({
      privateKey: e.seal.key,
      signatureAlgorithm: textAt(assertion, '//ds:SignatureMethod/@Algorithm'),
      canonicalizationAlgorithm: excC14n,
      getKeyInfoContent: () =>
        `<ds:X509Data><ds:X509Certificate>${e.seal.certificates[0].base64}</ds:X509Certificate></ds:X509Data>`,
    });
    const transforms = ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', excC14n];
    const digestAlgorithm = textAt(assertion, '//ds:DigestMethod/@Algorithm');
    signer.addReference({ xpath: '/*', transforms, digestAlgorithm });
    signer.computeSignature(signed, { prefix: 'ds', location: { reference: '/*/*[1]', action: 'after' } });
    expect(assertion).toContain(`</saml2:Issuer>${signer.getSignatureXml()}<saml2:Subject>`);
  });

  it('does not survive a change of any attribute', () => {
    const assertion = buildVihf(byDoctor, 'INDIRECTE_RENFORCEE', env());
    for (const [from, to] of [
      ['899700101233', '899700101234'],
      ['SA17', 'SA01'],
      ['normal', 'centre_15'],
      [p1.value, '236046999012377'],
      ['INDIRECTE_RENFORCEE', 'DIRECTE'],
    ] as const) {
      expect(assertionVerifies(assertion.replace(from, to), pki.sign.certificate)).toBe(false);
    }
  });
});

describeNeeding('signature, by xmlsec1', noXmlsec, () => {
  it.each(cases)('%s, %s, %s: alone and in its envelope', (mode, purpose, algorithm, more) => {
    const assertion = buildVihf(contextOf(purpose, more), mode, env(algorithm));
    expect(xmlsecVerifies(assertion, pki, [])).toBe(true);
    expect(xmlsecVerifies(inEnvelope(assertion), pki, [])).toBe(true);
    expect(xmlsecVerifies(assertion.replace('SA17', 'SA01'), pki, [])).toBe(false);
  });
});

describe('content', () => {
  it('names no patient where the transaction is about none', () => {
    expect(buildVihf({ requester: nurse }, 'INDIRECTE', env())).not.toContain('resource-id');
  });

  it('says « secret » only when it is, and the reason of an emergency before it', () => {
    const breaking = contextOf('bris_de_glace', { reason: 'Détresse', secret: true });
    const names = [...buildVihf(breaking, 'INDIRECTE_RENFORCEE', env()).matchAll(/Attribute Name="([^"]*)"/g)].map(
      (m) => m[1]!.split(':').at(-1),
    );
    expect(names.slice(names.indexOf('purposeofuse'), names.indexOf('LPS_ID'))).toEqual([
      'purposeofuse',
      'Mode_Acces_Raison',
      'confidentiality-code',
    ]);
    expect(buildVihf(byNurse, 'INDIRECTE', env())).not.toContain('confidentiality-code');
    // It is an attribute of the patient: of nobody's where there is none.
    const about = { requester: { ...nurse, secret: true as const } };
    expect(buildVihf(about, 'INDIRECTE', env())).not.toContain('confidentiality-code');
    expect(buildVihf({ ...about, patient: p1 }, 'INDIRECTE', env())).toContain('confidentiality-code');
  });

  it('follows the settings', () => {
    const text = buildVihf(
      byDoctor,
      'INDIRECTE_RENFORCEE',
      env('rsa-sha256', { vihfVersion: '4.0', airContextDecl: 'CONF_EXI_PGSSIS', contextClass: 'urn:c' }),
    );
    expect(textAt(text, "//saml:Attribute[@Name='VIHF_Version']/saml:AttributeValue")).toBe('4.0');
    expect(textAt(text, '//saml:AuthnContextDecl')).toBe('CONF_EXI_PGSSIS');
    expect(textAt(text, '//saml:AuthnContextClassRef')).toBe('urn:c');
  });

  it('holds the issuer as the certificate’s subject, multi-valued names included', () => {
    const e = env();
    expect(textAt(buildVihf(byNurse, 'INDIRECTE', e), '//saml:Issuer')).toBe(
      'CN=DMP-FHIR CACHET,OU=1990100109,O=EHPAD FICTIF LE VERGER,ST=Isère (38),C=FR',
    );
    const card = { ...e, seal: createSeal(pki.card.key, pki.card.certificate) };
    expect(textAt(buildVihf(byNurse, 'INDIRECTE', card), '//saml:Issuer')).toBe(
      'CN=899700101233+2.5.4.42=#0c0848c3a96cc3a86e65+2.5.4.4=#0c064d415552454c,2.5.4.12=#0c084dc3a9646563696e,C=FR',
    );
  });
});

describeShared('golden VIHF', (dir) => {
  const vihf = path.join(dir, 'wire/vihf');

  it.each(cases)('%s, %s, %s is valid against dmp-vihf.xsd', (mode, purpose, algorithm, more) => {
    expect(schema(dir, 'dmp-vihf.xsd')(buildVihf(contextOf(purpose, more), mode, env(algorithm)))).toEqual([]);
  });

  /** An assertion without what differs by nature: identifiers, times, signature, issuer; white space between elements. */
  const shape = (n: XmlNode): unknown => ({
    name: n.name,
    ns: n.ns,
    attrs: Object.fromEntries(
      Object.entries({ ...n.attrs }).filter(([k]) => !['ID', 'IssueInstant', 'AuthnInstant'].includes(k)),
    ),
    text: n.name === 'Issuer' ? '' : n.text.trim(),
    children: n.children.filter((c) => c.name !== 'Signature').map(shape),
  });
  const shapeOf = (xml: string): unknown => shape(parseXml(xml));

  const samu: Requester = {
    ...doctor,
    personId: '899700412903',
    family: 'OYARZABAL',
    given: 'MAÏTÉ',
    roles: [doctor.roles[0]!, { ...doctor.roles[1]!, code: 'SM59', display: "Médecine d'urgence (SM)" }],
    structure: { id: '1990300444', name: 'SAMU FICTIF DES TROIS VALS', sector: 'SA01' },
    purpose: 'centre_15',
    // Only « bris de glace » says one.
    reason: 'Malaise dans le couloir',
  };
  const emergency: Requester = {
    ...doctor,
    purpose: 'bris_de_glace',
    reason: 'Détresse respiratoire, patient non communicant (cas fictif)',
  };

  interface Golden {
    mode: VihfMode;
    requester: Requester;
    /** Absent: about nobody. */
    patient?: string;
    contextClass: string;
    version?: '4.0';
    contextDecl?: string;
  }
  const local = { mode: 'INDIRECTE', contextClass: 'PasswordProtectedTransport' } as const;
  const air = { mode: 'INDIRECTE_RENFORCEE', contextClass: 'TLSClient' } as const;
  /** By file: in each signature algorithm. */
  const byPurpose: Record<string, Golden> = {
    'indirecte-normal.xml': { ...local, requester: nurse, patient: p1.value },
    'indirecte-centre_15.xml': { ...local, requester: samu, patient: '147096399001732' },
    'indirecte_renforcee-normal.xml': { ...air, requester: doctor, patient: p1.value },
    'indirecte_renforcee-bris_de_glace.xml': { ...air, requester: emergency, patient: '141112A99004563' },
    'indirecte_renforcee-centre_15.xml': { ...air, requester: samu, patient: '147096399001732' },
  };
  const matched: Record<string, Golden> = {
    ...Object.fromEntries(
      ['sha256', 'sha1'].flatMap((folder) =>
        Object.entries(byPurpose).map(([file, golden]) => [`${folder}/${file}`, golden]),
      ),
    ),
    'sha1/indirecte_renforcee-bris_de_glace.xml': {
      ...byPurpose['indirecte_renforcee-bris_de_glace.xml']!,
      contextDecl: 'CONF_EXI_PGSSIS',
    },
    'variants/indirecte-secret-minor.xml': {
      ...local,
      requester: { ...doctor, secret: true },
      patient: '213052B99001288',
    },
    'variants/indirecte-no-patient.xml': { ...local, requester: nurse },
    'variants/indirecte-version-4.0.xml': { ...local, requester: doctor, patient: p1.value, version: '4.0' },
  };
  /** What is never sent, or looked at elsewhere. */
  const others: Record<string, string> = {
    'sha256/indirecte-bris_de_glace.xml': 'the matrix of rights: an emergency is a person’s (`chooseMode`)',
    'sha1/indirecte-bris_de_glace.xml': 'the same',
    'variants/indirecte-automate.xml': 'professions.test.ts',
    'variants/indirecte-with-conditions.xml': 'optional: our assertions have no Conditions',
    'variants/indirecte_renforcee-reordered-attributes.xml': 'the order is free: ours is the usual one',
  };

  it.each(Object.entries(matched))('ours is %s, attribute by attribute', (file, golden) => {
    const { mode, requester, patient, contextClass, version = '3.0', contextDecl } = golden;
    const algorithm = file.startsWith('sha1/') ? 'rsa-sha1' : 'rsa-sha256';
    const ours = buildVihf(
      { requester, ...(patient === undefined ? {} : { patient: { ...p1, value: patient } }) },
      mode,
      env(algorithm, {
        contextClass: `urn:oasis:names:tc:SAML:2.0:ac:classes:${contextClass}`,
        vihfVersion: version,
        ...(contextDecl === undefined ? {} : { airContextDecl: contextDecl }),
      }),
    );
    // The older ones spell one name otherwise; which one the DMP wants is not public (dmp-wire §2.2).
    const theirs = readFileSync(path.join(vihf, file), 'utf8').replace(
      '"Authentification_mode"',
      '"Authentification_Mode"',
    );
    expect(shapeOf(ours)).toEqual(shapeOf(theirs));
    for (const name of ['SignatureMethod', 'DigestMethod', 'CanonicalizationMethod'])
      expect(textAt(ours, `//ds:${name}/@Algorithm`)).toBe(textAt(theirs, `//ds:${name}/@Algorithm`));
  });

  it('no golden VIHF of a mode of ours is passed over, and DIRECTE is no mode of ours', () => {
    const all = ['sha256', 'sha1', 'variants'].flatMap((folder) =>
      readdirSync(path.join(vihf, folder)).map((file) => `${folder}/${file}`),
    );
    const directe = all.filter((file) => /\/directe[-_]/.test(file));
    expect(directe.length).toBeGreaterThan(5);
    expect([...Object.keys(matched), ...Object.keys(others), ...directe].sort()).toEqual(all.sort());
    // A card signs it, and opens the connection: neither key ever leaves the card (docs/transactions.md).
    for (const file of directe) expect(readFileSync(path.join(vihf, file), 'utf8')).toContain('>DIRECTE<');
    expect(absent.map((a) => a.name)).toContain('Mode DIRECTE');
  });

  it('names certificates as the golden messages do', () => {
    const { vihf: expected } = JSON.parse(readFileSync(path.join(dir, 'wire/expected.json'), 'utf8')) as {
      vihf: Record<string, { values: { issuer?: string } }>;
    };
    const ours = new Set(
      readdirSync(path.join(dir, 'wire/certs')).map(
        (f) => certificateFacts(readFileSync(path.join(dir, 'wire/certs', f), 'utf8')).subject,
      ),
    );
    const golden = Object.values(expected).flatMap((v) => v.values.issuer ?? []);
    expect(golden.length).toBeGreaterThan(10);
    for (const issuer of golden) expect(ours).toContain(issuer);
  });

  it('reads serial numbers, digests and issuers as the golden XAdES says them', () => {
    const xades = readFileSync(path.join(dir, 'wire/parts/td2-1-01-xades.xml'), 'utf8');
    const certs = ['org-sign-ehpad', 'ac-organisations', 'ac-racine'].map((f) =>
      certificateFacts(readFileSync(path.join(dir, `wire/certs/${f}.pem`), 'utf8')),
    );
    const said = (name: string): string[] =>
      [...xades.slice(xades.indexOf('SigningCertificate>')).matchAll(new RegExp(`<ds:${name}>([^<]*)<`, 'g'))].map(
        (m) => m[1]!,
      );
    expect(certs.map((c) => c.serial)).toEqual(said('X509SerialNumber'));
    expect(certs.map((c) => c.issuer)).toEqual(said('X509IssuerName'));
    expect(certs.map((c) => c.sha1)).toEqual(said('DigestValue'));
    expect(
      childrenOf(at(parseXml(xades), 'KeyInfo', 'X509Data'), 'X509Certificate').map((c) => c.text.replace(/\s/g, '')),
    ).toEqual([certs[0]!.base64]);
  });
});

describe('mode by transaction and requester', () => {
  const pscNurse: Requester = { ...nurse, strength: 'psc' };
  const localDoctor: Requester = { ...doctor, strength: 'local' };
  const breaking = (r: Requester): Requester => ({ ...r, purpose: 'bris_de_glace', reason: 'urgence' });
  it.each<[string, { name: string; modes: readonly VihfMode[]; purposes: readonly PurposeOfUse[] }, Requester, string]>(
    [
      ['a list by a doctor of Pro Santé Connect', td3_1, doctor, 'INDIRECTE_RENFORCEE'],
      ['a list by a nurse of Pro Santé Connect', td3_1, pscNurse, 'INDIRECTE_RENFORCEE'],
      ['a list by a nurse of the structure', td3_1, nurse, 'psc'],
      ['a document by a doctor of the structure', td3_2, localDoctor, 'psc'],
      ['a document in an emergency', td3_2, breaking(doctor), 'INDIRECTE_RENFORCEE'],
      ['a list by somebody without RPPS', td3_1, { ...pscNurse, personId: '3990100109/INTERNE' }, 'rpps'],
      ['a list by a person of another kind of number', td3_1, { ...pscNurse, personId: '0381234567' }, 'rpps'],
      ['a reference by the structure', td3_1b, nurse, 'INDIRECTE'],
      ['a deposit by the structure', td2_1, nurse, 'INDIRECTE'],
      ['a deposit by a doctor of Pro Santé Connect', td2_1, doctor, 'INDIRECTE'],
      ['a deposit in an emergency', td2_1, breaking(doctor), 'purpose'],
      ['existence, by the structure', td0_2, nurse, 'INDIRECTE'],
      ['existence, by a person', td0_2, doctor, 'INDIRECTE_RENFORCEE'],
      ['existence, in an emergency, by the structure', td0_2, breaking(nurse), 'psc'],
      ['existence, by the SAMU’s structure', td0_2, { ...nurse, purpose: 'centre_15' }, 'INDIRECTE'],
      ['an emergency without a reason', td3_2, { ...doctor, purpose: 'bris_de_glace', reason: ' ' }, 'reason'],
      ['nobody’s role', td0_2, { ...nurse, roles: [] }, 'role'],
      ['four roles', td0_2, { ...nurse, roles: [...doctor.roles, ...doctor.roles] }, 'role'],
      ['a doctor without specialty', td0_2, { ...doctor, roles: doctor.roles.slice(0, 1) }, 'specialty'],
      ['a pharmacist without section', td2_1, { ...nurse, roles: [{ ...nurse.roles[0]!, code: '21' }] }, 'section'],
      ['a transaction that takes no purpose of this kind', { ...td0_2, purposes: ['centre_15'] }, nurse, 'purpose'],
    ],
  )('%s', (_, transaction, requester, expected) => {
    const choose = (): VihfMode => chooseMode(transaction, requester);
    if (/^INDIRECTE/.test(expected)) expect(choose()).toBe(expected);
    else
      expect(choose).toThrow(
        expect.objectContaining({ kind: 'rights', code: expected, transaction: transaction.name }),
      );
  });
});
