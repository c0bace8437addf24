/** The two ends' certificates of a throw-away PKI. Nothing touches the disk. */
import { createIntermediate, createRoot, issueLeaf, pem, type Issued } from '../../../tools/pki/issue.ts';
import { authorityName, distinguishedName, organisationName, personName } from '../../../tools/pki/names.ts';

export interface TestPki {
  /** PEM */
  root: string;
  /** PEM */
  authority: string;
  server: Issued;
  /** A server of another name. */
  otherServer: Issued;
  /** ORG AUTH_CLI */
  client: Issued;
  /** ORG SIGN */
  sign: Issued;
  /** The ORG SIGN that follows it. */
  nextSign: Issued;
  /** Another structure's ORG AUTH_CLI and ORG SIGN, of the same authority. */
  other: { client: Issued; sign: Issued };
  /** Those that follow them. */
  nextOther: { client: Issued; sign: Issued };
  /** A card: a name with a multi-valued RDN. */
  card: Issued;
  /** A client certificate from somebody else's authority. */
  stranger: Issued;
  strangerRoot: string;
}

export async function testPki(): Promise<TestPki> {
  const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2048-12-31') };
  const root = await createRoot(authorityName('AC RACINE DE TEST'), validity);
  const authority = await createIntermediate(root, authorityName('AC ORGANISATIONS DE TEST'));
  const other = await createRoot(authorityName('AUTRE RACINE'), validity);
  const ehpad = (cn: string) =>
    organisationName({ department: 'Isère (38)', name: 'EHPAD FICTIF LE VERGER', id: '1990100109', cn });
  const samu = (cn: string) =>
    organisationName({ department: 'Isère (38)', name: 'SAMU FICTIF DES TROIS VALS', id: '1990300444', cn });
  return {
    root: pem(root.certificate),
    authority: pem(authority.certificate),
    server: await issueLeaf(authority, distinguishedName([{ CN: 'localhost' }]), 'serverAuth', [
      'localhost',
      '127.0.0.1',
    ]),
    otherServer: await issueLeaf(authority, distinguishedName([{ CN: 'dmp.invalid' }]), 'serverAuth', ['dmp.invalid']),
    client: await issueLeaf(authority, ehpad('DMP-FHIR AUTH'), 'clientAuth'),
    sign: await issueLeaf(authority, ehpad('DMP-FHIR CACHET'), 'sign'),
    nextSign: await issueLeaf(authority, ehpad('DMP-FHIR CACHET 2'), 'sign'),
    other: {
      client: await issueLeaf(authority, samu('DMP-FHIR AUTH'), 'clientAuth'),
      sign: await issueLeaf(authority, samu('DMP-FHIR CACHET'), 'sign'),
    },
    nextOther: {
      client: await issueLeaf(authority, samu('DMP-FHIR AUTH 2'), 'clientAuth'),
      sign: await issueLeaf(authority, samu('DMP-FHIR CACHET 2'), 'sign'),
    },
    card: await issueLeaf(
      authority,
      personName({ title: 'Médecin', given: 'Hélène', family: 'MAUREL', id: '899700101233' }),
      'sign',
    ),
    stranger: await issueLeaf(other, ehpad('IMPOSTEUR'), 'clientAuth'),
    strangerRoot: pem(other.certificate),
  };
}
