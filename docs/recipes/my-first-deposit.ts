/**
 * My first deposit: the server of a DUI deposits a PDF in a resident's DMP, with fhir-kit-client and jose.
 *
 * `node --import tsx docs/recipes/my-first-deposit.ts <FHIR base> <private key, a JWK> <PDF>` — read beside my-first-deposit.md.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import { importJWK, SignJWT, type JWK } from 'jose';

const [base = 'http://localhost:8080/fhir', keyFile = 'data/auth/demo-dui.jwk.json', pdfFile = ''] =
  process.argv.slice(2);

// What your software knows: who it is, where it runs, who is at the keyboard, and whose document it is.
const clientId = 'demo-dui';
const home = { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' };
const nurse = { id: '899700204581', family: 'LE BIHAN', given: 'YANN' };
const nursing = { system: 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante' };
const resident = { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '236046999012376' };
const traits = { family: 'BASTIDE', given: 'ODETTE', gender: 'female', birthDate: '1936-04-12' } as const;

/** 1. A token: SMART Backend Services, with the nurse named in the assertion (docs/servers-and-proxies.md). */
async function token(scope: string): Promise<string> {
  const jwk = JSON.parse(await readFile(keyFile, 'utf8')) as JWK & { alg: string };
  const smart = (await (await fetch(`${base}/.well-known/smart-configuration`)).json()) as { token_endpoint: string };
  const assertion = await new SignJWT({
    family_name: nurse.family,
    given_name: nurse.given,
    extensions: {
      ihe_iua: {
        subject_name: `${nurse.given} ${nurse.family}`,
        subject_role: [{ ...nursing, code: '60', display: 'Infirmier' }],
        subject_organization: home.name,
        subject_organization_id: home.id,
        national_provider_identifier: nurse.id,
        purpose_of_use: 'normal',
      },
    },
  })
    .setProtectedHeader({ alg: jwk.alg, typ: 'JWT', kid: jwk.kid ?? '' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(smart.token_endpoint)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .sign(await importJWK(jwk, jwk.alg));
  const answer = await fetch(smart.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      scope,
    }),
  });
  const body = (await answer.json()) as { access_token?: string; error_description?: string };
  if (body.access_token === undefined) throw new Error(`no token: ${body.error_description ?? answer.status}`);
  return body.access_token;
}

/** 2. What the resident was told and did not object to; without it nothing is fed. */
const nonOpposition = {
  resourceType: 'Consent',
  status: 'active',
  scope: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
  },
  category: [{ coding: [{ system: 'https://dmp-fhir.example/CodeSystem/consent-topic', code: 'feeding' }] }],
  patient: { identifier: resident },
  dateTime: new Date().toISOString(),
  policy: [{ uri: 'https://dmp-fhir.example/policy/feeding' }],
  provision: { type: 'permit' },
} as const;

/** 3. The document, and what describes it: whose, by whom, what, of when. The façade makes the CDA, the set and the signature. */
function deposit(pdf: Uint8Array): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    contained: [
      {
        resourceType: 'Patient',
        id: 'resident',
        // The identity is qualified: INS from the téléservice, and checked on a document.
        extension: [
          {
            url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability',
            extension: [
              {
                url: 'identityStatus',
                valueCoding: { system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445', code: 'VALI' },
              },
            ],
          },
        ],
        identifier: [{ use: 'official', ...resident }],
        name: [{ use: 'official', family: traits.family, given: [traits.given] }],
        gender: traits.gender,
        birthDate: traits.birthDate,
      },
      {
        resourceType: 'Practitioner',
        id: 'nurse',
        identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: nurse.id }],
        name: [{ family: nurse.family, given: [nurse.given] }],
      },
      {
        resourceType: 'Organization',
        id: 'home',
        identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.2', value: home.id }],
        name: home.name,
      },
      {
        resourceType: 'PractitionerRole',
        id: 'author',
        practitioner: { reference: '#nurse' },
        organization: { reference: '#home' },
        code: [{ coding: [{ ...nursing, code: '60' }] }],
      },
    ],
    // Yours, for ever: the same deposit sent twice is one document.
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${randomUUID()}` },
    status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: '28653-4' }] },
    subject: { identifier: resident },
    date: new Date().toISOString(),
    author: [{ reference: '#author' }],
    description: 'Compte rendu de visite',
    content: [
      {
        attachment: {
          contentType: 'application/pdf',
          data: Buffer.from(pdf).toString('base64'),
          title: 'Compte rendu de visite',
        },
      },
    ],
    context: { sourcePatientInfo: { reference: '#resident' } },
  };
}

/** What the façade says when it refuses: the element, and what to do. */
const problemsOf = (error: unknown): string =>
  (
    (error as { response?: { data?: OperationOutcome } }).response?.data?.issue.map(
      (i) => `${i.expression?.join(', ') ?? ''} ${i.details?.text ?? i.diagnostics ?? i.code}`,
    ) ?? [String(error)]
  ).join('\n');

try {
  const pdf = pdfFile === '' ? undefined : await readFile(pdfFile);
  if (!pdf) throw new Error('Give the PDF as the third argument.');
  const client = new Client({ baseUrl: base });
  client.bearerToken = await token('system/Patient.rs system/Consent.cruds system/DocumentReference.crus');

  const searchParams = { identifier: `${resident.system}|${resident.value}` };
  const { total } = (await client.search({ resourceType: 'Patient', searchParams })) as { total?: number };
  console.log(`The resident has ${total === 1 ? 'a' : 'no'} DMP.`);
  await client.create({ resourceType: 'Consent', body: nonOpposition });

  // 4. A dry run says what would be wrong; then the real thing.
  const body = deposit(pdf);
  const headers = { 'content-type': 'application/fhir+json' };
  await client.request('DocumentReference?_dryRun=true', { method: 'POST', body: body, options: { headers } });
  const made = (await client.create({ resourceType: 'DocumentReference', body: { ...body } })) as { id?: string };
  console.log(`Deposited: DocumentReference/${made.id ?? ''}`);
} catch (error) {
  console.error(problemsOf(error));
  process.exitCode = 1;
}
