/**
 * AuditEvent → audit message of DICOM (PS3.15 A.5.1, the schema that ITI-20 sends over syslog), element by element as FHIR R4's own
 * mapping of AuditEvent says. What that schema has no place for (purposes of use) stands among the details of the first object.
 */
import type {
  AuditEvent,
  AuditEventAgent,
  AuditEventEntity,
  CodeableConcept,
  Coding,
  Identifier,
  Reference,
} from '@medplum/fhirtypes';
import { el, type Element, legal, serialize } from '../xml/build.ts';
import { auditSystems as systems } from './systems.ts';

/** The names that DICOM and IHE give to code systems in their messages; of an OID the OID alone. */
const names: Readonly<Record<string, string>> = {
  [systems.dcm]: 'DCM',
  'urn:ihe:event-type-code': 'IHE Transactions',
};
const systemName = (system = ''): string => names[system] ?? system.replace(/^urn:oid:/, '');

const attribute = (text: string | undefined): string | undefined => (text === undefined ? undefined : legal(text));
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function coded(name: string, { system, code = '', display }: Coding): Element {
  return el(name, { 'csd-code': code, codeSystemName: systemName(system), originalText: attribute(display ?? code) });
}
const codedAll = (name: string, concepts: readonly (CodeableConcept | undefined)[]): Element[] =>
  concepts.flatMap((concept) => (concept?.coding ?? []).slice(0, 1).map((coding) => coded(name, coding)));

/** By what somebody or something is named. */
const idOf = (reference: (Reference & { identifier?: Identifier }) | undefined): string | undefined =>
  reference?.identifier?.value ?? reference?.reference ?? reference?.display;

function participant(agent: AuditEventAgent): Element {
  const { address, type } = agent.network ?? {};
  return el(
    'ActiveParticipant',
    {
      UserID: attribute(idOf(agent.who) ?? agent.altId ?? agent.name ?? 'unknown'),
      AlternativeUserID: attribute(agent.altId),
      UserName: attribute(agent.name),
      UserIsRequestor: String(agent.requestor),
      NetworkAccessPointID: attribute(address),
      NetworkAccessPointTypeCode: address === undefined ? undefined : type,
    },
    codedAll('RoleIDCode', [agent.type, ...(agent.role ?? [])]),
  );
}

/** Of the schema's own lists: whatever else a coding says has no place there. */
const within = (code: string | undefined, most: number): string | undefined =>
  code !== undefined && /^[1-9]\d?$/.test(code) && Number(code) <= most ? code : undefined;

/** RFC 3881 §5.5.4: patient number, URI. */
const idTypes = {
  patient: { system: 'RFC-3881', code: '2', display: 'Patient Number' },
  uri: { system: 'RFC-3881', code: '12', display: 'URI' },
} as const;

function objectOf(entity: AuditEventEntity, purposes: readonly Coding[]): Element {
  const { what, type, role, name, description, query, detail = [] } = entity;
  const isPatient = role?.code === '1';
  const idType = isPatient ? idTypes.patient : what?.identifier && type ? type : idTypes.uri;
  const details = [
    ...detail.map((d) => [d.type, d.valueString ?? d.valueBase64Binary ?? ''] as const),
    ...purposes.map((purpose) => ['PurposeOfUse', purpose.code ?? ''] as const),
  ];
  return el(
    'ParticipantObjectIdentification',
    {
      ParticipantObjectID: attribute(idOf(what) ?? name ?? 'unknown'),
      ParticipantObjectTypeCode: within(type?.code, 4),
      ParticipantObjectTypeCodeRole: within(role?.code, 26),
      ParticipantObjectDataLifeCycle: within(entity.lifecycle?.code, 15),
    },
    [
      coded('ParticipantObjectIDTypeCode', idType),
      query === undefined
        ? el('ParticipantObjectName', {}, [legal(name ?? description ?? idOf(what) ?? 'unknown')])
        : el('ParticipantObjectQuery', {}, [query]),
      ...details.map(([kind, value]) =>
        el('ParticipantObjectDetail', { type: attribute(kind) ?? '', value: base64(value) }),
      ),
    ],
  );
}

/** @returns the message with its XML declaration */
export function auditEventToDicom(event: AuditEvent): string {
  const { source, type, subtype = [], entity = [], purposeOfEvent = [] } = event;
  const purposes = purposeOfEvent.flatMap((purpose) => (purpose.coding ?? []).slice(0, 1));
  const message = el('AuditMessage', {}, [
    el(
      'EventIdentification',
      {
        EventActionCode: event.action,
        EventDateTime: event.recorded,
        EventOutcomeIndicator: event.outcome ?? '0',
      },
      [
        coded('EventID', type),
        ...subtype.map((coding) => coded('EventTypeCode', coding)),
        event.outcomeDesc === undefined ? undefined : el('EventOutcomeDescription', {}, [legal(event.outcomeDesc)]),
      ],
    ),
    ...event.agent.map(participant),
    el('AuditSourceIdentification', {
      AuditEnterpriseSiteID: attribute(source.site),
      AuditSourceID: attribute(idOf(source.observer) ?? 'unknown'),
    }),
    ...entity.map((one, index) => objectOf(one, index === 0 ? purposes : [])),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>${serialize(message)}`;
}
