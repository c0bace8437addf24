import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DocumentReference, Patient, Resource } from '@medplum/fhirtypes';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { generateEntry } from '../../../mappings/cda/generate.ts';
import { errors } from '../../../mappings/errors.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { systemToOid } from '../../../mappings/terminology/systems.ts';
import { metadataOf } from '../../../server/fhir/operations/generate-metadata.ts';
import { errorsOf, loadR4, profileOf } from '../../support/profiles.ts';
import { describeShared } from '../../support/shared.ts';

const options = { ENVIRONMENT: 'test' } as const;

/** The issues of an attempt, as `key expression`. */
function refusal(bytes: Uint8Array, environment: 'test' | 'production' = 'test'): string[] {
  try {
    metadataOf(bytes, { ENVIRONMENT: environment });
    return [];
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    return error.issues.filter((i) => (i.severity ?? 'error') === 'error').map((i) => `${i.key} ${i.expression ?? ''}`);
  }
}

/** What the three documents of the corpus lack that do not become a DocumentReference. */
const incomplete: Record<string, string[]> = {
  // Its templates are none that ASS_A11 gives a format.
  'BIO-TROD_2024.01_Angine.xml': ['cda-lacks DocumentReference.content[0].format'],
  // A wrong key under the authority of real NIRs.
  'CDA_TDDUI_Exemple_v1.0.1.xml': ['ins-key DocumentReference.subject.identifier'],
  'CSE-MDE_1obs.xml': ['ins-key DocumentReference.subject.identifier'],
};

/** An element of the header, found by another parser than the product's. */
function dom(bytes: Buffer): (steps: string) => Element | undefined {
  const root = new DOMParser({ onError: () => undefined }).parseFromString(
    bytes.toString('utf8').replace(/^\ufeff/, ''),
    'text/xml',
  ).documentElement!;
  const start =
    root.localName === 'ClinicalDocument'
      ? root
      : root.getElementsByTagNameNS('urn:hl7-org:v3', 'ClinicalDocument')[0]!;
  return (steps) =>
    steps
      .split('/')
      .reduce<Element | undefined>(
        (node, step) =>
          node &&
          ([...node.childNodes] as Element[]).find((n) => n.localName === step && n.namespaceURI === 'urn:hl7-org:v3'),
        start,
      );
}

const codingOf = (concept: DocumentReference['type']): string => {
  const [coding] = concept?.coding ?? [];
  return `${systemToOid(coding?.system ?? '')}|${coding?.code}`;
};

describeShared('$generate-metadata over the ANS’s CDA', (dir) => {
  const folder = path.join(dir, 'cda');
  const files = readdirSync(folder).filter((f) => f.endsWith('.xml'));
  beforeAll(loadR4);
  it('there are 28', () => expect(files).toHaveLength(28));

  for (const file of files) {
    const bytes = readFileSync(path.join(folder, file));
    if (incomplete[file]) {
      it(`${file}: says what it lacks`, () => expect(refusal(bytes)).toEqual(incomplete[file]));
      continue;
    }
    it(`${file}: a PDSm comprehensive DocumentReference, true to the CDA`, () => {
      const made = metadataOf(bytes, options);
      const against = [
        undefined,
        profileOf(dir, 'pdsm/StructureDefinition-pdsm-comprehensive-document-reference.json'),
      ];
      for (const profile of against)
        expect(errorsOf(made as Resource, profile).map((i) => `${i.expression?.join()} ${i.details?.text}`)).toEqual(
          [],
        );
      expect(made.meta?.profile).toEqual([expect.stringMatching(/pdsm-comprehensive-document-reference$/)]);
      expect(made.id).toBeUndefined();
      expect(metadataOf(Buffer.from(bytes), options)).toEqual(made);

      const at = dom(bytes);
      const { attachment, format } = made.content[0]!;
      expect(attachment).toMatchObject({
        size: bytes.length,
        hash: createHash('sha1').update(bytes).digest('base64'),
        title: at('title')!.textContent!.replace(/\s+/g, ' ').trim(),
        language: at('languageCode')!.getAttribute('code'),
        contentType: bytes.includes('<xsl:stylesheet') ? 'application/xslt+xml' : 'text/xml',
        url: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      });
      expect(instant(attachment.creation!)).toBe(ts(at('effectiveTime')!.getAttribute('value')!));
      expect(format?.code).toMatch(/^urn:/);
      const id = at('id')!;
      const [root, extension] = [id.getAttribute('root')!, id.getAttribute('extension')];
      if (/^[\d.]+$/.test(root))
        expect(made.masterIdentifier?.value).toBe(`urn:oid:${[root, extension].filter(Boolean).join('.')}`);
      else expect(made.masterIdentifier?.value).toBe(`urn:oid:2.25.${BigInt(`0x${root.replace(/-/g, '')}`)}`);
      const code = at('code')!;
      expect(codingOf(made.type)).toBe(`${code.getAttribute('codeSystem')}|${code.getAttribute('code')}`);
      const facility = at('componentOf/encompassingEncounter/location/healthCareFacility/code')!;
      expect(codingOf(made.context?.facilityType)).toBe(
        `${facility.getAttribute('codeSystem')}|${facility.getAttribute('code')}`,
      );
      const ins = ([...at('recordTarget/patientRole')!.childNodes] as Element[]).find(
        (n) => n.localName === 'id' && /^1\.2\.250\.1\.213\.1\.4\.(8|10)$/.test(n.getAttribute('root') ?? ''),
      )!;
      expect(made.subject).toMatchObject({
        type: 'Patient',
        identifier: { system: `urn:oid:${ins.getAttribute('root')}`, value: ins.getAttribute('extension') },
      });
      expect(made.subject!.reference).toBeUndefined();
      const patient = made.contained!.find(
        (c): c is Patient => c.resourceType === 'Patient' && c.id === 'source-patient',
      );
      expect(patient?.birthDate?.replace(/-/g, '')).toBe(
        at('recordTarget/patientRole/patient/birthTime')!.getAttribute('value')!.slice(0, 8),
      );
      expect(made.relatesTo ?? []).toHaveLength(at('relatedDocument') ? 1 : 0);
    });
  }

  it('a test INS is refused in production', () => {
    const bytes = readFileSync(path.join(folder, 'TLM-CR_2022.01.xml'));
    expect(refusal(bytes, 'production')).toEqual(['ins-environment DocumentReference.subject.identifier']);
  });

  /** Each element taken out of a complete CDA, and what is then told. */
  const cuts: [string, RegExp, string[]][] = [
    ['title', /<title>[\s\S]*?<\/title>/, ['cda-lacks DocumentReference.content[0].attachment.title']],
    ['languageCode', /<languageCode[^>]*>/, ['cda-lacks DocumentReference.content[0].attachment.language']],
    ['confidentialityCode', /<confidentialityCode[\s\S]*?\/>/, ['cda-lacks DocumentReference.securityLabel']],
    ['authors', /<author>[\s\S]*<\/author>/, ['cda-lacks DocumentReference.author']],
    [
      'legalAuthenticator',
      /<legalAuthenticator>[\s\S]*<\/legalAuthenticator>/,
      ['cda-lacks DocumentReference.authenticator'],
    ],
    ['the facility', /<componentOf>[\s\S]*<\/componentOf>/, ['cda-lacks DocumentReference.context.facilityType']],
    [
      'the act',
      /<documentationOf>[\s\S]*<\/documentationOf>/,
      ['cda-lacks DocumentReference.context.period.start', 'cda-lacks DocumentReference.context.practiceSetting'],
    ],
    ['the INS', /<id [^>]*1\.2\.250\.1\.213\.1\.4\.10"[^>]*>/g, ['cda-lacks DocumentReference.subject']],
  ];
  it.each(cuts)('without %s: named by FHIRPath and by XPath', (_, pattern, expected) => {
    const whole = readFileSync(path.join(folder, 'DLU-EHPAD-DLU_2022.01.xml'), 'utf8');
    const cut = whole.replace(pattern, '');
    expect(cut).not.toBe(whole);
    expect(refusal(Buffer.from(cut))).toEqual(expected);
    const { issues } = generateEntry(readCdaHeader(Buffer.from(cut)), { hash: '', size: 0 }, 'test');
    for (const issue of issues.filter((i: Issue) => i.key === 'cda-lacks'))
      expect(issue.values?.['xpath']).toMatch(/^\/ClinicalDocument\/[a-zA-Z]/);
  });
});

/** HL7 TS → milliseconds; without hour the day begins in UTC, as the metadata say it. */
function ts(value: string): number {
  const [, y, mo, d, h = '00', mi = '00', s = '00', zone] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d{4})?)?$/.exec(value)!;
  const offset = zone === undefined ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}${offset}`);
}
const instant = (value: string): number => Date.parse(value.length <= 10 ? `${value}T00:00:00Z` : value);

describe('the sentences', () => {
  it('say in both languages where the CDA is to be completed', () => {
    for (const language of ['fr', 'en'] as const) {
      expect(errors['cda-lacks'][language]).toContain('{xpath}');
      expect(errors['cda-lacks'][language]).toContain('{element}');
    }
  });
});
