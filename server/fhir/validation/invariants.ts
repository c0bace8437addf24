/**
 * The constraints of PDSm's profiles that are told in prose only (`constr-*`: severity error, no FHIRPath), as code. One row
 * a constraint and element, with the sentence in the error table and an example that breaks it. A test asks a row of every
 * such constraint of the compiled definitions.
 *
 * Where a text contradicts the binding of its own element, both are taken, and the row says so.
 */
import type { CodeableConcept, Coding, DocumentReference, List, Reference, Resource } from '@medplum/fhirtypes';
import { extDesignationType } from '../../../mappings/canonicals.ts';
import type { ErrorKey } from '../../../mappings/errors.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { schemes, systemToOid } from '../../../mappings/terminology/systems.ts';

type Doc = Partial<DocumentReference>;

/** A place that breaks the rule, relative to the resource; '' for the resource itself. */
export interface Breach {
  at: string;
  values?: Record<string, string>;
}

export interface Invariant {
  /** key of the constraint in the definition */
  id: string;
  profile: 'comprehensive' | 'simplified' | 'submissionSet';
  /** id of the element that carries it */
  element: string;
  /** row of the error table */
  key: ErrorKey;
  severity?: 'warning';
  /** The places that break it. Absent: only the whole Bundle shows it, `provide-bundle.ts` and the deposit check it. */
  breaches?(resource: DocumentReference & List): Breach[];
  /** Merged (RFC 7396) into a resource that is right, it breaks this rule. */
  example: object;
  /** What is read differently from the text, and why. */
  note?: string;
}

/** Code systems, by OID, and how a sentence names them. */
const named: Readonly<Record<string, string>> = {
  [schemes.producer]: 'TRE_A00',
  [schemes.practice]: 'TRE_A01',
  [schemes.class]: 'TRE_A03',
  [schemes.type]: 'TRE_A05',
  [schemes.formatFrance]: 'TRE_A06',
  '1.2.840.10008.2.6.1': 'TRE_A09',
  URN: 'TRE_A10',
  [schemes.format]: 'TRE_A11',
  ASTM: 'TRE_A12',
  [schemes.facility]: 'TRE_R02',
  [schemes.activity]: 'TRE_R209',
  '1.2.250.1.213.1.6.1.128': 'TRE_R276',
  [schemes.loinc]: 'LOINC',
};

const systemOf = (coding: Coding): string => systemToOid(coding.system ?? '') ?? '';

/** A breach unless one of the codings is of one of the systems. What has no coding at all breaks it too. */
function outside(codings: readonly Coding[] | undefined, systems: readonly string[], at: string): Breach[] {
  if (codings?.some((c) => systems.includes(systemOf(c)))) return [];
  return [{ at, values: { expected: systems.map((s) => named[s] ?? s).join(', ') } }];
}

const each = <T>(values: readonly T[] | undefined, at: string, check: (value: T, at: string) => Breach[]): Breach[] =>
  (Array.isArray(values) ? values : []).flatMap((value: T, i) => check(value, `${at}[${i}]`));

const one = <T>(value: T | undefined, check: (value: T) => Breach[]): Breach[] =>
  value === undefined ? [] : check(value);

const elsewhere = (code: string): CodeableConcept => ({ coding: [{ system: 'http://example.org/codes', code }] });

const types = [schemes.type, schemes.loinc, 'ASTM'];
const classes = [schemes.class, 'URN'];
const formats = [schemes.formatFrance, schemes.format, '1.2.840.10008.2.6.1', 'URN'];
const activities = [schemes.producer, schemes.activity, schemes.facility, '1.2.250.1.213.1.6.1.128'];
const settings = [schemes.producer, schemes.practice, schemes.facility];

/** The four that both DocumentReference profiles carry. */
const ofBoth = (profile: 'comprehensive' | 'simplified'): Invariant[] => [
  {
    id: 'constr-bind-type',
    profile,
    element: 'DocumentReference.type',
    key: 'constr-bind-type',
    breaches: (d: Doc) => one(d.type, (type) => outside(type.coding, types, 'type')),
    example: { type: elsewhere('letter') },
  },
  {
    id: 'constr-bind-category',
    profile,
    element: 'DocumentReference.category',
    key: 'constr-bind-category',
    breaches: (d: Doc) => each(d.category, 'category', (category, at) => outside(category.coding, classes, at)),
    example: { category: [elsewhere('report')] },
  },
  {
    id: 'constr-bind-format',
    profile,
    element: 'DocumentReference.content.format',
    key: 'constr-bind-format',
    breaches: (d: Doc) =>
      each(d.content, 'content', ({ format }, at) => one(format, (f) => outside([f], formats, `${at}.format`))),
    example: {
      content: [
        { attachment: { contentType: 'text/plain' }, format: { system: 'http://example.org/codes', code: 'x' } },
      ],
    },
  },
  {
    id: 'constr-bind-context-event',
    profile,
    element: 'DocumentReference.context.event',
    key: 'constr-bind-context-event',
    breaches: (d: Doc) =>
      each(d.context?.event, 'context.event', ({ coding }, at) =>
        coding?.some((c) => c.system && c.code) ? [] : [{ at }],
      ),
    example: { context: { event: [{ text: 'appendicectomie' }] } },
    note: 'The list ends in “other”: any code system is taken, but there must be one.',
  },
];

/** Whether an author is the patient, or a professional: by what is contained, else by the type that is said. */
function kindOf(reference: Reference, contained: readonly Resource[]): 'patient' | 'professional' | undefined {
  const inside = contained.find((c) => reference.reference === `#${c.id ?? ''}`)?.resourceType;
  const type = inside ?? reference.type ?? /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+$/.exec(reference.reference ?? '')?.[1];
  if (type === 'Patient') return 'patient';
  return type === 'Practitioner' || type === 'PractitionerRole' ? 'professional' : undefined;
}

/** TRE_R02 when a professional writes, TRE_A00 when the patient does; a device or a structure tells neither. */
function facilitySystems({ author, contained = [] }: Doc): string[] {
  const kinds = new Set((Array.isArray(author) ? author : []).map((a) => kindOf(a, contained)));
  if (kinds.has('professional')) return [schemes.facility];
  return kinds.has('patient') ? [schemes.producer] : [schemes.producer, schemes.facility];
}

const facilityBreaches = (d: Doc): Breach[] =>
  one(d.context?.facilityType, (f) => outside(f.coding, facilitySystems(d), 'context.facilityType'));
const settingBreaches = (d: Doc): Breach[] =>
  one(d.context?.practiceSetting, (s) => outside(s.coding, settings, 'context.practiceSetting'));

const settingNote =
  'The text is that of facilityType; the element is bound to JDV_J04 (TRE_A00, TRE_A01), whose codes are taken too.';

/** `Binary/<id>`, relative or absolute, or the fullUrl of an entry. */
const binaryUrl =
  /^(?:(?:https?:\/\/[^\s?#]+\/)?Binary\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?|urn:(?:uuid|oid):\S+)$/;

export const invariants: readonly Invariant[] = [
  ...ofBoth('comprehensive'),
  ...ofBoth('simplified'),
  {
    id: 'constr-bind-ProducteurDoc',
    profile: 'comprehensive',
    element: 'DocumentReference.context.facilityType',
    key: 'constr-bind-ProducteurDoc',
    breaches: facilityBreaches,
    example: { context: { facilityType: elsewhere('hospital') } },
  },
  {
    id: 'constr-bind-ProducteurDoc',
    profile: 'comprehensive',
    element: 'DocumentReference.context.practiceSetting',
    key: 'constr-bind-ProducteurDoc',
    breaches: settingBreaches,
    example: { context: { practiceSetting: elsewhere('ward') } },
    note: settingNote,
  },
  {
    id: 'constr-bind-ProducteurDoc-simplified',
    profile: 'simplified',
    element: 'DocumentReference.context.facilityType',
    key: 'constr-bind-ProducteurDoc-simplified',
    severity: 'warning',
    breaches: (d) =>
      one((d as Doc).context?.facilityType, (f) =>
        outside(f.coding, [schemes.facility, schemes.producer], 'context.facilityType'),
      ),
    example: { context: { facilityType: elsewhere('hospital') } },
    note: 'The text says “recommended, not mandatory”: a warning.',
  },
  {
    id: 'constr-bind-ProducteurDoc-simplified',
    profile: 'simplified',
    element: 'DocumentReference.context.practiceSetting',
    key: 'constr-bind-ProducteurDoc-simplified',
    severity: 'warning',
    breaches: settingBreaches,
    example: { context: { practiceSetting: elsewhere('ward') } },
    note: `The text says “recommended, not mandatory”: a warning. ${settingNote}`,
  },
  {
    id: 'constr-cdr-rempl',
    profile: 'comprehensive',
    element: 'DocumentReference.relatesTo',
    key: 'patch-unmatched',
    example: {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: 'DocumentReference.status' },
            { name: 'value', valueCode: 'superseded' },
          ],
        },
      ],
    },
    note: 'A replacement shows in the Bundle: by its PATCH entry (the example), which then needs a new document with relatesTo.',
  },
  {
    id: 'constr-bind-relatesTo',
    profile: 'comprehensive',
    element: 'DocumentReference.relatesTo',
    key: 'constr-bind-relatesTo',
    breaches({ relatesTo = [] }: Doc) {
      const replaced = Array.isArray(relatesTo) && relatesTo.some((r) => r.code === 'replaces');
      return replaced && relatesTo.length > 1 ? [{ at: 'relatesTo' }] : [];
    },
    example: {
      relatesTo: [
        { code: 'replaces', target: { reference: 'DocumentReference/1' } },
        { code: 'transforms', target: { reference: 'DocumentReference/2' } },
      ],
    },
  },
  {
    id: 'constr-bind-relatesToTarget',
    profile: 'comprehensive',
    element: 'DocumentReference.relatesTo.target',
    key: 'constr-bind-relatesToTarget',
    breaches: (d: Doc) =>
      each(d.relatesTo, 'relatesTo', ({ target }: { target?: Reference }, at) => {
        const literal = /^(?:https?:\/\/[^\s?#]+\/)?([A-Z][A-Za-z]+)(?:\/|\?)/.exec(target?.reference ?? '')?.[1];
        const type = literal ?? target?.type;
        return type === undefined || type === 'DocumentReference' ? [] : [{ at: `${at}.target` }];
      }),
    example: { relatesTo: [{ code: 'replaces', target: { reference: 'Binary/1' } }] },
    note: 'Documents of the DMP are all PDSm documents: that the target is one is asked of its type.',
  },
  {
    id: 'constr-bind-attachmenturl',
    profile: 'comprehensive',
    element: 'DocumentReference.content.attachment.url',
    key: 'constr-bind-attachmenturl',
    breaches: (d: Doc) =>
      each(d.content, 'content', ({ attachment }: { attachment?: { url?: string } }, at) =>
        attachment?.url === undefined || binaryUrl.test(attachment.url) ? [] : [{ at: `${at}.attachment.url` }],
      ),
    example: { content: [{ attachment: { contentType: 'text/plain', url: 'http://example.org/report.pdf' } }] },
    note: 'In a Bundle the URL must also be that of one of its Binaries: reference-unresolved.',
  },
  {
    id: 'constr-bind-designationtype',
    profile: 'submissionSet',
    element: 'List.extension:designationType',
    key: 'constr-bind-designationtype',
    breaches: (list) =>
      each((list as Partial<List>).extension, 'extension', ({ url, valueCodeableConcept }, at) =>
        url === extDesignationType && valueCodeableConcept
          ? outside(valueCodeableConcept.coding, activities, `${at}.valueCodeableConcept`)
          : [],
      ),
    example: { extension: [{ url: extDesignationType, valueCodeableConcept: elsewhere('visit') }] },
    note: 'JDV_J03, which the same text names, also holds codes of TRE_R276.',
  },
];

/** What breaks the constraints of a profile. @param path FHIRPath of the resource */
export function invariantIssues(resource: object, profile: string, path: string): Issue[] {
  return invariants
    .filter((row) => row.profile === profile)
    .flatMap(({ key, severity, breaches }) =>
      (breaches?.(resource as DocumentReference & List) ?? []).map(({ at, values }) => ({
        key,
        expression: at === '' ? path : `${path}.${at}`,
        ...(values ? { values } : {}),
        ...(severity ? { severity } : {}),
      })),
    );
}
