/**
 * Who takes part in an event: the person, the structure, the client, and this gateway, which is the source of the record. BALP has
 * two sets of them: of an authorisation decision (AuthZconsent) and of a REST interaction (PatientCreate, PatientUpdate).
 */
import type { AuditEventAgent, CodeableConcept, Coding, Device, Reference } from '@medplum/fhirtypes';
import { holderReference } from '../consent/shape.ts';
import { oidToSystem } from '../terminology/systems.ts';
import type { Kind } from './kinds.ts';
import type { KeptRecord, Who } from './record.ts';
import { auditSystems as systems } from './systems.ts';

/** This gateway, as its own records name it. */
export interface Gateway {
  /** Name of the product. */
  name: string;
  /** OID of the installation, without prefix. */
  oid: string;
  structureName: string;
}

export const gatewayReference = ({ name, oid }: Gateway): Reference<Device> => ({
  type: 'Device',
  identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${oid}` },
  display: name,
});

const concept = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] });

/** Types of client, person and gateway by the shape of the event. */
const types: Record<Kind['shape'], { client: CodeableConcept; user: CodeableConcept; gateway: CodeableConcept }> = {
  decision: {
    client: concept(systems.dcm, '110150'),
    user: concept(systems.participation, 'IRCP'),
    gateway: concept(systems.securityRole, 'authserver'),
  },
  change: {
    client: concept(systems.dcm, '110153'),
    user: concept(systems.participation, 'AUT'),
    gateway: concept(systems.dcm, '110152'),
  },
};

/** The DMP's purposes (TRE_R248) beside those that any reader of FHIR knows. */
const purposes: Readonly<Record<Who['purpose'], readonly [generic: string, display: string, own: string]>> = {
  normal: ['TREAT', 'treatment', 'Accès normal'],
  bris_de_glace: ['BTG', 'break the glass', 'Accès bris de glace'],
  centre_15: ['ETREAT', 'Emergency Treatment', 'Accès régulation médicale'],
};

export function purposeOf(purpose: Who['purpose']): CodeableConcept {
  const [code, display, own] = purposes[purpose];
  return {
    coding: [
      { system: systems.actReason, code, display },
      { system: systems.accessMode, code: purpose, display: own },
    ],
  };
}

/** The network address of a client is not on record: BALP wants the element, and it says so. */
const unknownNetwork = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
} as AuditEventAgent['network'];

function person(id: string, caller: Who | undefined, type: CodeableConcept): AuditEventAgent {
  const roles = caller?.roles.map(({ code, system, display }): Coding => ({
    system: oidToSystem(system),
    code,
    display,
  }));
  return {
    type,
    ...(roles && roles.length > 0 ? { role: roles.map((coding) => ({ coding: [coding] })) } : {}),
    who: holderReference('professional', id),
    ...(caller ? { name: `${caller.given} ${caller.family}` } : {}),
    requestor: true,
    ...(caller ? { purposeOfUse: [purposeOf(caller.purpose)] } : {}),
  };
}

/** All who take part. */
export function agentsOf(
  record: KeptRecord,
  caller: Who | undefined,
  shape: Kind['shape'],
  gateway: Gateway,
): AuditEventAgent[] {
  const { client, user, gateway: server } = types[shape];
  return [
    ...(record.person === undefined ? [] : [person(record.person, caller, user)]),
    {
      type: concept(systems.roleClass, 'PROV'),
      who: holderReference('structure', record.structure, gateway.structureName),
      requestor: false,
    },
    {
      type: client,
      who: { type: 'Device', identifier: { value: record.clientId } },
      requestor: false,
      network: unknownNetwork,
    },
    {
      type: server,
      who: gatewayReference(gateway),
      requestor: false,
      ...(shape === 'change' ? { network: unknownNetwork } : {}),
    },
  ];
}
