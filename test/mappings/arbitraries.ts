/**
 * fast-check generators of the XDS model: what the DMP's messages hold (dmp-wire §3), and what they could hold by the
 * standard: other components, precisions, orders, schemes, unknown slots and classifications.
 */
import fc from 'fast-check';
import { statuses, stableDocument } from '../../mappings/ebrim/schemes.ts';
import type { DocumentEntry, Folder, Slots, SubmissionSet, XdsAuthor, XdsCode } from '../../mappings/xds.ts';

/** Text that XML and FHIR can hold; no leading or trailing white space, as ebRIM values are read trimmed. */
const characters = [...'ABCDEFéèçÎœ abc012-\'’().,/:;|^&~\\<>"%_#€𝄞'];
export const text = (max = 24): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...characters), { minLength: 1, maxLength: max })
    .map((all) => all.join('').trim())
    .filter((s) => s !== '');
/** Text for one HL7 component, before escaping is thought of: may hold any separator, escaped or raw. */
const word = fc.constantFrom(
  'MAUREL',
  'LE BIHAN',
  'HÉLÈNE',
  "D'AUBERIVE",
  'TRAN-DELMAS',
  'A\\S\\B',
  'Œ',
  'X\\Y',
  'a & b',
);
const digits = (n: number): fc.Arbitrary<string> => fc.integer({ min: 10 ** (n - 1), max: 10 ** n - 1 }).map(String);
export const oid = fc
  .array(fc.integer({ min: 0, max: 99999 }), { minLength: 1, maxLength: 6 })
  .map((arcs) => `1.2.250.1.${arcs.join('.')}`);
const uuid = fc.uuid().map((u) => `urn:uuid:${u}`);
const optional = <T>(a: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(a, { nil: undefined });

const two = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));

/** DTM to the second in UTC, as the DMP writes it; `loose` adds the other precisions, zones, fractions and nonsense. */
export const dtmSecond = fc
  .tuple(fc.integer({ min: 1995, max: 2030 }), two(1, 12), two(1, 28), two(0, 23), two(0, 59), two(0, 59))
  .map(([y, ...rest]) => `${y}${rest.join('')}`);
export const dtmDay = dtmSecond.map((d) => d.slice(0, 8));
export const dtmLoose = fc.oneof(
  { weight: 4, arbitrary: dtmSecond },
  fc.tuple(dtmSecond, fc.constantFrom(4, 6, 8, 10, 12)).map(([d, n]) => d.slice(0, n)),
  dtmSecond.map((d) => `${d}+0200`),
  dtmSecond.map((d) => `${d}.25`),
  fc.constantFrom('20260231', 'hier', '20261015T1155'),
);

const authority = fc.oneof(
  fc.constant('&1.2.250.1.71.4.2.1&ISO'),
  oid.map((o) => `&${o}&ISO`),
  fc.constantFrom('NS&1.2.3&ISO', 'NS', '&example.org&DNS'),
);
export const xcnProfessional = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(digits(11), word, word)
      .map(([n, f, g]) => `8${n}^${f}^${g}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`),
  },
  fc.tuple(digits(9), word, word).map(([n, f, g]) => `3${n}/7^${f}^${g}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI`),
  fc
    .tuple(
      digits(5),
      word,
      word,
      word,
      authority,
      fc.constantFrom('D', 'L', ''),
      fc.constantFrom('IDNPS', 'EI', 'PI', ''),
    )
    .map(([n, f, g, m, a, t, i]) => `${n}^${f}^${g}^${m}^^DR^^^${a}^${t}^^^${i}`),
);
export const xcnDevice = fc
  .tuple(digits(10), word, word)
  .map(([n, f, g]) => `3${n}/LDUI-01^${f}^${g}^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI`);
export const xcnPatient = fc
  .tuple(digits(15), word, word)
  .map(([n, f, g]) => `${n}^${f}^${g}^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH`);
export const xonStructure = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(word, digits(10)).map(([n, i]) => `${n}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^${i}`) },
  word,
  fc.tuple(word, oid).map(([n, o]) => `${n}^L^^^^&${o}&ISO^XX^^^77`),
);
export const cx = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(digits(6), oid).map(([n, o]) => `R-${n}^^^&${o}&ISO^PI`) },
  digits(15).map((n) => `${n}^^^&1.2.250.1.213.1.4.10&ISO^NH`),
  fc.tuple(digits(15), dtmDay).map(([n, d]) => `${n}^^^&1.2.250.1.213.1.4.10&ISO^NH^^${d}`),
  fc.tuple(digits(5), word).map(([n, w]) => `${n}^^^${w}&1.2.3&ISO^PI`),
);
const cxi = fc
  .tuple(
    digits(6),
    oid,
    fc.constantFrom(
      'urn:ihe:iti:xds:2013:order',
      'urn:ihe:iti:xds:2013:accession',
      'urn:ihe:iti:xds:2016:studyInstanceUID',
    ),
    fc.boolean(),
  )
  .map(([n, o, t, home]) => `${n}^^^&${o}&ISO^${t}${home ? '^&1.2.3.4&ISO' : ''}`);

const codedString = fc.oneof(
  fc
    .tuple(fc.constantFrom('G15_10/SM26', 'G15_60', 'LOGICIEL_DUI'), word)
    .map(([c, d]) => `${c}^${d}^1.2.250.1.213.1.1.4.5`),
  word,
  fc.constantFrom('X^^', 'X^Y'),
);
const slotName = fc.constantFrom('urn:exemple:canal', 'autre', 'x', '__proto__');
export const slots: fc.Arbitrary<Slots> = fc
  .uniqueArray(fc.tuple(slotName, fc.array(fc.oneof(text(), fc.constant('')), { maxLength: 3 })), {
    selector: ([n]) => n,
    maxLength: 2,
  })
  .map((entries) => Object.fromEntries(entries));

export const author: fc.Arbitrary<XdsAuthor> = fc
  .record({
    person: fc.oneof(xcnProfessional, xcnDevice, xcnPatient, fc.constant(undefined)),
    institutions: fc.array(xonStructure, { maxLength: 2 }),
    roles: fc.array(codedString, { maxLength: 2 }),
    specialties: fc.array(codedString, { maxLength: 2 }),
    telecommunications: fc.array(
      fc.constantFrom('^^Internet^a@b.invalid', '^^PH^^^^^^^^^0465710000', '^PRN^PH^^33^4^65710000', '0465710000'),
      { maxLength: 2 },
    ),
    slots: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, slots),
  })
  .filter((a) => a.person !== undefined || a.institutions.length > 0)
  .map(stripped);

export const code = (schemes: fc.Arbitrary<string>): fc.Arbitrary<XdsCode> =>
  fc
    .record({
      code: fc.constantFrom('10', '11', 'N', 'SA17', 'urn:ihe:pharm:pre:2010', '34133-9'),
      scheme: schemes,
      display: optional(text()),
    })
    .map(stripped);
const anyScheme = fc.oneof(
  fc.constantFrom(
    '1.2.250.1.213.1.1.4.1',
    '2.16.840.1.113883.6.1',
    '1.2.250.1.213.1.1.4.12',
    '1.3.6.1.4.1.19376.1.2.3',
  ),
  oid,
  fc.constantFrom('URN', 'ASTM', 'Connect-a-thon classCodes', ''),
);
const confidentiality: fc.Arbitrary<XdsCode[]> = fc
  .tuple(
    fc.constantFrom('N', 'R', 'V'),
    fc.subarray(['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX']),
  )
  .map(([base, hidden]) => [
    { code: base, scheme: '2.16.840.1.113883.5.25', display: base },
    ...hidden.map((c) => ({ code: c, scheme: '1.2.250.1.213.1.1.4.13' })),
  ]);

const pid = fc.oneof(
  fc.tuple(word, word, fc.constantFrom('L', 'D', 'M', 'B', '')).map(([f, g, t]) => `PID-5|${f}^${g}^^^^^${t}`),
  dtmLoose.map((d) => `PID-7|${d}`),
  fc.constantFrom('F', 'M', 'U', 'O', 'A').map((g) => `PID-8|${g}`),
  cx.map((c) => `PID-3|${c}`),
  word.map((w) => `PID-11|1 rue ${w}^^VALMONT^^38990^FRA^H`),
  fc.constantFrom('PID-13|0465710000', 'PID-11|^^^^^^BDL', 'PID-5|'),
);

/** Leaves out members that are undefined, as the reader does. */
export function stripped<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

const extraClassification = fc
  .record({
    scheme: fc.uuid().map((u) => `urn:uuid:${u}`),
    code: fc.constantFrom('', 'X'),
    display: optional(text()),
    slots: fc.oneof(fc.constant({}), slots),
  })
  .map(stripped);
const extraIdentifier = fc
  .record({ scheme: fc.uuid().map((u) => `urn:uuid:${u}`), value: text(), name: optional(text()) })
  .map(stripped);
const rarely = <T>(a: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(a, { nil: undefined, freq: 4 });

/** Any entry that the registry could hand out. */
export const documentEntry: fc.Arbitrary<DocumentEntry> = fc
  .record({
    id: uuid,
    logicalId: optional(uuid),
    version: optional(fc.integer({ min: 1, max: 99 }).map(String)),
    homeCommunityId: rarely(
      fc.oneof(
        oid.map((o) => `urn:oid:${o}`),
        fc.constant('HOME'),
      ),
    ),
    objectType: fc.oneof(
      { weight: 9, arbitrary: fc.constant<string>(stableDocument) },
      fc.constant('urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248'),
    ),
    availabilityStatus: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom<string>(...Object.values(statuses)) },
      fc.constant('urn:oasis:names:tc:ebxml-regrep:StatusType:Submitted'),
    ),
    mimeType: fc.constantFrom('text/xml', 'application/dicom'),
    title: optional(text(60)),
    comments: optional(text(60)),
    creationTime: optional(dtmLoose),
    serviceStartTime: optional(dtmLoose),
    serviceStopTime: optional(dtmLoose),
    hash: optional(
      fc.oneof(
        fc.constant('da39a3ee5e6b4b0d3255bfef95601890afd80709'),
        fc.constantFrom('DA39A3EE5E6B4B0D3255BFEF95601890AFD80709', 'none'),
      ),
    ),
    size: optional(fc.oneof(fc.nat().map(String), fc.constantFrom('007', '9999999999'))),
    languageCode: optional(fc.constantFrom('fr-FR', 'art')),
    repositoryUniqueId: optional(oid),
    uri: rarely(fc.constant('doc.xml')),
    legalAuthenticator: optional(fc.oneof(xcnProfessional, xcnPatient, xcnDevice)),
    sourcePatientId: optional(cx),
    sourcePatientInfo: fc.array(pid, { maxLength: 5 }),
    referenceIdList: fc.array(cxi, { maxLength: 2 }),
    authors: fc.array(author, { maxLength: 3 }),
    classCode: optional(code(anyScheme)),
    typeCode: optional(code(anyScheme)),
    formatCode: optional(code(anyScheme)),
    healthcareFacilityTypeCode: optional(code(anyScheme)),
    practiceSettingCode: optional(code(anyScheme)),
    confidentialityCodes: fc.oneof(confidentiality, fc.array(code(anyScheme), { maxLength: 2 })),
    eventCodes: fc.array(code(anyScheme), { maxLength: 3 }),
    patientId: cx,
    uniqueId: oid,
    slots: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, slots),
    classifications: rarely(fc.array(extraClassification, { minLength: 1, maxLength: 2 })),
    externalIdentifiers: rarely(fc.array(extraIdentifier, { minLength: 1, maxLength: 2 })),
  })
  .map(stripped);

/** Any set that the registry could hand out. */
export const submissionSet: fc.Arbitrary<SubmissionSet> = fc
  .record({
    id: uuid,
    homeCommunityId: rarely(oid.map((o) => `urn:oid:${o}`)),
    availabilityStatus: fc.constantFrom<string>(...Object.values(statuses)),
    title: optional(text(60)),
    comments: optional(text(60)),
    submissionTime: dtmLoose,
    authors: fc.array(author, { maxLength: 2 }),
    contentTypeCode: optional(code(anyScheme)),
    intendedRecipients: fc.array(
      fc.oneof(
        xonStructure,
        fc.tuple(xonStructure, xcnProfessional).map(([o, p]) => `${o}|${p}`),
        xcnProfessional.map((p) => `|${p}`),
        xcnProfessional.map((p) => `|${p}|^^Internet^a@b.invalid`),
      ),
      { maxLength: 2 },
    ),
    patientId: cx,
    sourceId: oid,
    uniqueId: oid,
    slots: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, slots),
    classifications: rarely(fc.array(extraClassification, { minLength: 1, maxLength: 1 })),
    externalIdentifiers: rarely(fc.array(extraIdentifier, { minLength: 1, maxLength: 1 })),
  })
  .map(stripped);

/** Any folder that the registry could hand out. */
export const folder: fc.Arbitrary<Folder> = fc
  .record({
    id: uuid,
    logicalId: optional(uuid),
    version: optional(fc.integer({ min: 1, max: 99 }).map(String)),
    homeCommunityId: rarely(oid.map((o) => `urn:oid:${o}`)),
    availabilityStatus: fc.constantFrom<string>(...Object.values(statuses)),
    title: optional(text(60)),
    comments: optional(text(60)),
    lastUpdateTime: optional(dtmLoose),
    codes: fc.array(code(anyScheme), { maxLength: 3 }),
    patientId: cx,
    uniqueId: oid,
    slots: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, slots),
    classifications: rarely(fc.array(extraClassification, { minLength: 1, maxLength: 1 })),
    externalIdentifiers: rarely(fc.array(extraIdentifier, { minLength: 1, maxLength: 1 })),
  })
  .map(stripped);
