/**
 * What a CDA header says as XDS metadata: the deposit uses it where the client's FHIR is silent, the check compares it
 * with what the client says.
 *
 * Source: CI-SIS « Partage de documents de santé », correspondence of the CDA header with the XDS metadata; forms of
 * the values: dmp-wire §3.2.
 */
import { cx, oidPerson, oidStructure } from '../codecs/identifiers.ts';
import { compose, hl7Text } from '../codecs/hl7v2.ts';
import { xcn, xon, xtn } from '../codecs/people.ts';
import { isUuid, oidOfUuid } from '../codecs/uuid.ts';
import { defined } from '../defined.ts';
import { isInsOid, isPatientOid } from '../ins.ts';
import { formatOfMedia, formatOfTemplates } from '../terminology/associations.ts';
import { displayOf } from '../terminology/valuesets.ts';
import type { DocumentEntry, XdsAuthor, XdsCode } from '../xds.ts';
import { tsToDtm } from './time.ts';
import type {
  CdaActor,
  CdaHeader,
  CdaId,
  CdaName,
  CdaOrganization,
  CdaPatient,
  CdaServiceEvent,
  PatientTraits,
} from './types.ts';

/**
 * The metadata that the header determines; what it is silent about is absent. `classCode` is never there (it follows
 * from the type), nor visibility codes, comments and `id`.
 */
export function metadataOfCda(header: CdaHeader): Partial<DocumentEntry> {
  const patient = header.patients[0];
  const event = mainEvent(header);
  const entry: Partial<DocumentEntry> = {
    uniqueId: uniqueIdOf(header.id),
    mimeType: header.selfPresenting ? 'application/xslt+xml' : 'text/xml',
    typeCode: withDisplay(header.code),
    title: header.title,
    creationTime: tsToDtm(header.effectiveTime),
    languageCode: header.languageCode,
    confidentialityCodes: header.confidentiality && [withDisplay(header.confidentiality)],
    authors: header.authors.length > 0 ? header.authors.map(authorOf) : undefined,
    legalAuthenticator: header.legalAuthenticator && personOf(header.legalAuthenticator),
    patientId: patientIdOf(patient),
    sourcePatientId: sourcePatientIdOf(patient),
    sourcePatientInfo: patient && sourceInfoOf(traitsOf(patient)),
    serviceStartTime: event?.low === undefined ? undefined : tsToDtm(event.low),
    serviceStopTime: event?.high === undefined ? undefined : tsToDtm(event.high),
    eventCodes: header.serviceEvents.flatMap((e) => (e.code ? [withDisplay(e.code)] : [])),
    practiceSettingCode: settingOf(header),
    healthcareFacilityTypeCode: header.facility && withDisplay(header.facility),
    formatCode:
      header.body.kind === 'N1' ? formatOfMedia(header.body.mediaType) : formatOfTemplates(header.templateIds),
    referenceIdList: header.orders.flatMap((id) =>
      id.extension === undefined
        ? []
        : [cx.encode({ id: id.extension, authority: { oid: id.root }, type: 'urn:ihe:iti:xds:2013:order' }) as string],
    ),
  };
  return Object.fromEntries(Object.entries(defined(entry)).filter(([, v]) => !(Array.isArray(v) && v.length === 0)));
}

const withDisplay = (code: XdsCode): XdsCode => {
  const display = code.display ?? displayOf(code.code, code.scheme);
  return { code: code.code, scheme: code.scheme, ...(display === undefined ? {} : { display }) };
};

/**
 * XDS uniqueId of a CDA: its root, a UUID as an OID of the arc 2.25; with an extension, `root.extension` when that is an
 * OID of at most 64 characters (the DMP takes nothing else, dmp-wire §3.2), else `root^extension` (ITI TF-3 §4.2.3.2.26).
 */
export function uniqueIdOf({ root, extension }: CdaId): string {
  if (extension === undefined) return isUuid(root) ? oidOfUuid(root) : root;
  const joined = `${root}.${extension}`;
  return /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*$/.test(extension) && joined.length <= 64
    ? joined
    : `${root}^${extension}`;
}

/** The act that the document is about: the one whose performer has a practice setting, else the first with times. */
function mainEvent(header: CdaHeader): CdaServiceEvent | undefined {
  const events = header.serviceEvents;
  return events.find((e) => e.performer?.organization?.setting) ?? events.find((e) => e.low !== undefined) ?? events[0];
}

function settingOf(header: CdaHeader): XdsCode | undefined {
  const setting = mainEvent(header)?.performer?.organization?.setting;
  return setting && withDisplay(setting);
}

/** CX of the INS of the record's patient; undefined when the header has none. */
function patientIdOf(patient: CdaPatient | undefined): string | undefined {
  const ins = patient?.ids.find((id) => isInsOid(id.root) && id.extension !== undefined);
  return ins && cx.encode({ id: ins.extension as string, authority: { oid: ins.root }, type: 'NH' });
}

/** CX of the patient in the producing system; the INS when the header has no other. */
function sourcePatientIdOf(patient: CdaPatient | undefined): string | undefined {
  const local = patient?.ids.find((id) => id.extension !== undefined && !isPatientOid(id.root));
  if (!local) return patientIdOf(patient);
  return cx.encode({ id: local.extension as string, authority: { oid: local.root }, type: 'PI' });
}

/** Identity traits of a recordTarget. */
export function traitsOf(patient: CdaPatient): PatientTraits {
  const family = (q: (q: string | undefined) => boolean): string | undefined =>
    patient.name?.family.find((p) => q(p.qualifier))?.value;
  const given = (q: (q: string | undefined) => boolean): string | undefined =>
    patient.name?.given.find((p) => q(p.qualifier))?.value;
  const birth = (q: string | undefined): boolean => q === 'BR';
  const usage = (q: string | undefined): boolean => q === 'CL' || q === 'SP';
  const plain = (q: string | undefined): boolean => q === undefined;
  const all = given(plain);
  const first = given(birth) ?? all;
  const other =
    all !== undefined && first !== undefined && all.startsWith(`${first} `) ? all.slice(first.length + 1) : undefined;
  const traits: PatientTraits = {
    birthFamily: family(birth) ?? family(plain),
    usageFamily: family(usage),
    given: first,
    otherGiven: other,
    usageGiven: given(usage),
    birthDate: patient.birthTime?.slice(0, 8),
    sex: patient.sex === 'UN' ? 'U' : patient.sex,
  };
  return defined(traits);
}

/** Traits → sourcePatientInfo: L is the name at birth, D the one in use. */
export function sourceInfoOf(traits: PatientTraits): string[] {
  const text = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : hl7Text.encode(value);
  const name = (type: string, family?: string, given?: string, other?: string): string =>
    `PID-5|${compose({ 1: text(family), 2: text(given), 3: text(other), 7: type })}`;
  return [
    ...(traits.birthFamily === undefined ? [] : [name('L', traits.birthFamily, traits.given, traits.otherGiven)]),
    ...(traits.usageFamily === undefined ? [] : [name('D', traits.usageFamily, traits.usageGiven ?? traits.given)]),
    ...(traits.birthDate === undefined ? [] : [`PID-7|${traits.birthDate}`]),
    ...(traits.sex === undefined ? [] : [`PID-8|${traits.sex}`]),
  ];
}

/** sourcePatientInfo → traits (other fields are not identity traits). */
export function traitsOfSourceInfo(info: readonly string[]): PatientTraits {
  const traits: PatientTraits = {};
  for (const line of info) {
    const value = line.slice(line.indexOf('|') + 1);
    if (line.startsWith('PID-5|')) {
      const [family, given, other, , , , type] = value
        .split('^')
        .map((p) => (p === '' ? undefined : hl7Text.decode(p)));
      if (type === 'D') {
        traits.usageFamily ??= family;
        traits.usageGiven ??= given;
      } else {
        traits.birthFamily ??= family;
        traits.given ??= given;
        traits.otherGiven ??= other;
      }
    } else if (line.startsWith('PID-7|')) traits.birthDate = value.slice(0, 8);
    else if (line.startsWith('PID-8|')) traits.sex = value;
  }
  // What is in use is said apart only where it differs from birth.
  traits.given ??= traits.usageGiven;
  if (traits.usageGiven === traits.given) delete traits.usageGiven;
  return defined(traits);
}

function authorOf(actor: CdaActor): XdsAuthor {
  const code = actor.code && withDisplay(actor.code);
  const person = personOf(actor);
  return {
    ...(person === undefined ? {} : { person }),
    institutions: actor.organization ? [institutionOf(actor.organization)].filter((x) => x !== undefined) : [],
    roles: actor.role === undefined ? [] : [hl7Text.encode(actor.role)],
    specialties: code
      ? [compose({ 1: hl7Text.encode(code.code), 2: hl7Text.encode(code.display ?? ''), 3: code.scheme })]
      : [],
    telecommunications: actor.telecoms.flatMap((t) => telecomOf(t) ?? []),
    slots: {},
  };
}

const mailto = /^mailto:(.+)$/;
const tel = /^tel:(.+)$/;
const fax = /^fax:(.+)$/;

function telecomOf(value: string): string | undefined {
  for (const [form, system] of [
    [mailto, 'email'],
    [tel, 'phone'],
    [fax, 'fax'],
  ] as const) {
    const found = form.exec(value)?.[1];
    if (found) return xtn.encode({ system, value: found });
  }
  return undefined;
}

/** XON; undefined for an organisation without name and id. */
function institutionOf(organization: CdaOrganization): string | undefined {
  const id = organization.ids.find((each) => each.root === oidStructure) ?? organization.ids[0];
  const value = xon.encode({
    name: organization.name,
    authority: id && { oid: id.root },
    type: id?.root === oidStructure ? 'IDNST' : undefined,
    id: id?.extension,
  });
  return value === '' ? undefined : value;
}

/**
 * XCN of an author or legal authenticator. Type of the identifier (dmp-wire §3.2): IDNPS for a national one, EI for
 * one internal to a structure (`3<FINESS>/<id>`), RI for a device, NH for the patient. A device is named by its
 * software, then its model.
 */
function personOf(actor: CdaActor): string | undefined {
  if (actor.kind === 'organization') return undefined;
  const id = actor.ids.find((each) => (actor.patient ? isInsOid(each.root) : each.root === oidPerson)) ?? actor.ids[0];
  const type =
    actor.kind === 'device'
      ? 'RI'
      : actor.patient
        ? 'NH'
        : id?.root !== oidPerson
          ? undefined
          : id.extension?.includes('/')
            ? 'EI'
            : 'IDNPS';
  const names =
    actor.kind === 'device'
      ? {
          family: actor.device?.software ?? actor.device?.model,
          given: actor.device?.software === undefined ? undefined : actor.device.model,
        }
      : { family: familyOf(actor.name), given: actor.name?.given[0]?.value };
  return xcn.encode({
    id: id?.extension,
    ...names,
    authority: id && { oid: id.root },
    nameType: actor.kind === 'device' ? 'U' : 'D',
    type,
  });
}

/** Professionals: the name in use, else the plain one, else any. */
function familyOf(name: CdaName | undefined): string | undefined {
  const all = name?.family ?? [];
  return (
    (
      all.find((p) => p.qualifier === 'CL' || p.qualifier === 'SP') ??
      all.find((p) => p.qualifier === undefined) ??
      all[0]
    )?.value ?? name?.text
  );
}
