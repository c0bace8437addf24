/**
 * The VIHF: a SAML 2.0 assertion that says who asks, for which patient and why, sealed by the structure
 * (dmp-wire §2; attributes in the order of the samples). No Conditions, no SubjectConfirmation (§2.1).
 */
import { createHash, sign } from 'node:crypto';
import { vihfRoles } from '../../mappings/rights/professions.ts';
import { el, serialize, type Element } from '../../mappings/xml/build.ts';
import { exclusiveForm } from './exc-c14n.ts';
import type { CallContext, DmpEnvironment, PurposeOfUse, VihfMode } from './types.ts';

const ns = {
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  xs: 'http://www.w3.org/2001/XMLSchema',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  hl7: 'urn:hl7-org:v3',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
};
const excC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** Signature and digest algorithms of a setting (dmp-wire §2.4), and the hash of both for node:crypto. */
const algorithms = {
  'rsa-sha256': [
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'http://www.w3.org/2001/04/xmlenc#sha256',
    'sha256',
  ],
  'rsa-sha1': ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', 'http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
} as const;

/** TRE_R248, with the display names of the samples. */
const purposeDisplay: Record<PurposeOfUse, string> = {
  normal: 'Accès normal',
  bris_de_glace: 'Accès bris de glace',
  centre_15: 'Accès régulation médicale',
};

/** TRE_A07, for « connexion secrète » (dmp-wire §2.2: the value is of a secondary source). */
const secretAccess = 'INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13';

/** An HL7 coded element, in the namespace that the VIHF uses for Role and PurposeOfUse. */
const coded = (name: string, attrs: Record<string, string | undefined>): Element =>
  el(name, { xmlns: ns.hl7, 'xsi:type': 'CE', ...attrs });

function attribute(name: string, values: readonly (string | Element)[]): Element {
  return el(
    'saml2:Attribute',
    { Name: name },
    values.map((v) => el('saml2:AttributeValue', typeof v === 'string' ? { 'xsi:type': 'xs:string' } : {}, [v])),
  );
}

/** The attributes that a call carries (dmp-wire §2.2); a value that is `undefined` leaves its attribute out. */
function attributes(context: CallContext, mode: VihfMode, env: DmpEnvironment): Element[] {
  const { requester, patient } = context;
  const { lps } = env;
  const said = vihfRoles(requester.roles, requester.profession);
  if (typeof said === 'string') throw new RangeError(`roles that no mode takes (${said})`);
  const { automaton } = said.profession;
  // « software, model » (dmp-wire §2.2), in capitals like the names of persons.
  const subject = automaton ? `${lps.name.toUpperCase()}, ${lps.version}` : `${requester.given} ${requester.family}`;
  const rows: [name: string, values: (string | Element | undefined)[]][] = [
    ['Identifiant_Structure', [requester.structure.id]],
    ['Secteur_Activite', [`${requester.structure.sector}^1.2.250.1.71.4.2.4`]],
    ['urn:oasis:names:tc:xspa:1.0:subject:subject-id', [subject]],
    [
      'urn:oasis:names:tc:xacml:2.0:subject:role',
      said.roles.map((r) => coded('Role', { code: r.code, codeSystem: r.system, displayName: r.display })),
    ],
    ['VIHF_Version', [env.options.vihfVersion]],
    ['Authentification_Mode', [mode]],
    ['urn:oasis:names:tc:xacml:2.0:resource:resource-id', [patient && `${patient.value}^^^&${patient.oid}&ISO^NH`]],
    ['Ressource_URN', ['urn:dmp']],
    [
      'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse',
      [
        coded('PurposeOfUse', {
          code: requester.purpose,
          codeSystem: '1.2.250.1.213.1.1.4.248',
          codeSystemName: 'mode acces VIHF 2.0',
          displayName: purposeDisplay[requester.purpose],
        }),
      ],
    ],
    ['Mode_Acces_Raison', [requester.purpose === 'bris_de_glace' ? requester.reason : undefined]],
    [
      'urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code',
      [patient && requester.secret && secretAccess],
    ],
    ['LPS_ID', [lps.id]],
    ['LPS_Nom', [lps.name]],
    ['LPS_Version', [lps.version]],
    ['LPS_ID_HOMOLOGATION_DMP', [lps.homologation]],
  ];
  return rows.flatMap(([name, values]) => {
    const given = values.filter((v): v is string | Element => v !== undefined && v !== '');
    return given.length > 0 ? [attribute(name, given)] : [];
  });
}

/** What the assertion says, before it is dated, named and signed: issuer, subject, authentication, attributes. */
function contentOf(context: CallContext, mode: VihfMode, env: DmpEnvironment): [issuer: Element, ...rest: Element[]] {
  return [
    el('saml2:Issuer', { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName' }, [
      env.seal.certificates[0].subject,
    ]),
    el('saml2:Subject', {}, [el('saml2:NameID', {}, [context.requester.personId])]),
    el('saml2:AuthnStatement', { AuthnInstant: context.requester.authenticatedAt.toISOString() }, [
      el('saml2:AuthnContext', {}, [
        el('saml2:AuthnContextClassRef', {}, [env.options.contextClass]),
        mode === 'INDIRECTE_RENFORCEE' ? el('saml2:AuthnContextDecl', {}, [env.options.airContextDecl]) : undefined,
      ]),
    ]),
    el('saml2:AttributeStatement', {}, attributes(context, mode, env)),
  ];
}

/** The enveloped signature of an element that carries an ID. */
function signatureOf(signed: Element, env: DmpEnvironment): Element {
  const [signatureMethod, digestMethod, hash] = algorithms[env.options.vihfSignature];
  const digest = createHash(hash).update(exclusiveForm(signed)).digest('base64');
  const algorithm = (name: string, uri: string): Element => el(`ds:${name}`, { Algorithm: uri });
  const signedInfo = el('ds:SignedInfo', {}, [
    algorithm('CanonicalizationMethod', excC14n),
    algorithm('SignatureMethod', signatureMethod),
    el('ds:Reference', { URI: `#${signed.attrs['ID']}` }, [
      el('ds:Transforms', {}, [algorithm('Transform', enveloped), algorithm('Transform', excC14n)]),
      algorithm('DigestMethod', digestMethod),
      el('ds:DigestValue', {}, [digest]),
    ]),
  ]);
  const value = sign(hash, Buffer.from(exclusiveForm(signedInfo, { ds: ns.ds })), env.seal.key).toString('base64');
  const certificate = el('ds:X509Certificate', {}, [env.seal.certificates[0].base64]);
  return el('ds:Signature', { 'xmlns:ds': ns.ds }, [
    signedInfo,
    el('ds:SignatureValue', {}, [value]),
    el('ds:KeyInfo', {}, [el('ds:X509Data', {}, [certificate])]),
  ]);
}

/** A new assertion, signed. */
function sealed([issuer, ...rest]: readonly [Element, ...Element[]], env: DmpEnvironment): string {
  const attrs = {
    'xmlns:saml2': ns.saml,
    'xmlns:xs': ns.xs,
    'xmlns:xsi': ns.xsi,
    ID: `_${env.newUuid()}`,
    IssueInstant: env.now().toISOString(),
    Version: '2.0',
  };
  const signature = signatureOf(el('saml2:Assertion', attrs, [issuer, ...rest]), env);
  return serialize(el('saml2:Assertion', attrs, [issuer, signature, ...rest]));
}

/**
 * The signed assertion, as text to be embedded verbatim: whoever re-serialises it breaks the signature. Calls with the same content
 * share one for a while where the environment keeps them (`vihf-cache.ts`). What is signed is canonicalised from the data and never
 * parsed again, and comes out byte for byte as xml-crypto would write it, in half of the time.
 * @param context whose `patient` is left out for transactions about no patient
 * @throws RangeError on a character that XML cannot hold, and on roles that `chooseMode` would have refused
 */
export function buildVihf(context: CallContext, mode: VihfMode, env: DmpEnvironment): string {
  const content = contentOf(context, mode, env);
  const make = (): string => sealed(content, env);
  if (!env.vihfs) return make();
  return env.vihfs.get(JSON.stringify(content), env.now(), context.requester.expiresAt, make);
}
