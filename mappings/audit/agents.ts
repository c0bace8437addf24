/**
 * Who takes part in an event: the person, the structure, the client with its certificate and network address, this gateway, which
 * is the source of the record, and the DMP when it is called.
 */
import type { AuditEventAgent, CodeableConcept, Coding, Device, Reference } from '@medplum/fhirtypes';
import { holderReference } from '../consent/shape.ts';
import { oidToSystem } from '../terminology/systems.ts';
import { concept, type Roles } from './patterns.ts';
import type { KeptRecord, What, Who } from './record.ts';
import { auditSystems as systems } from './systems.ts';

/** This gateway, as its own records name it. */
export interface Gateway {
  /** Name of the product. */
  name: string;
  /** OID of the installation, without prefix. */
  oid: string;
  structureName: string;
  /** Host names of this gateway and of the DMP. */
  address: string;
  dmpAddress: string;
}

export const gatewayReference = ({ name, oid }: Gateway): Reference<Device> => ({
  type: 'Device',
  identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${oid}` },
  display: name,
});

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

/** What BALP wants and is not on record: the element says so. */
const unknownNetwork = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
} as AuditEventAgent['network'];

/** http://hl7.org/fhir/network-type: 1 a machine's name, 2 an IP address. */
const network = (address: string | undefined, type: '1' | '2'): AuditEventAgent['network'] =>
  address === undefined || address === '' ? unknownNetwork : { address, type };

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

const structure = ({ structure: id }: KeptRecord, caller: Who | undefined, gateway: Gateway): AuditEventAgent => ({
  type: concept(systems.roleClass, 'PROV'),
  who: holderReference('structure', id, caller?.structureName ?? gateway.structureName),
  requestor: false,
});

/** The software that calls; of one that nobody knows, its address alone. It asks for itself when no person does. */
const client = (
  { clientId, person: id }: KeptRecord,
  caller: Who | undefined,
  what: What | undefined,
  type: CodeableConcept,
): AuditEventAgent => ({
  type,
  who: clientId === '' ? { type: 'Device', display: '?' } : { type: 'Device', identifier: { value: clientId } },
  ...(caller?.certificate === undefined ? {} : { altId: caller.certificate }),
  requestor: id === undefined,
  network: network(what?.address, '2'),
});

const ofGateway = (gateway: Gateway, type: CodeableConcept): AuditEventAgent => ({
  type,
  who: gatewayReference(gateway),
  requestor: false,
  network: network(gateway.address, '1'),
});

type Given = readonly [record: KeptRecord, caller: Who | undefined, what: What | undefined];

/** Who takes part in a token's issue: IUA lets nobody else stand there. */
export function tokenAgents([record, caller, what]: Given, roles: Roles, gateway: Gateway): AuditEventAgent[] {
  return [
    ...(record.person === undefined ? [] : [person(record.person, caller, roles.user)]),
    client(record, caller, what, roles.client),
    ofGateway(gateway, roles.server),
  ];
}

/** Who takes part in anything that is asked of this gateway. */
export function agentsOf([record, caller, what]: Given, roles: Roles, gateway: Gateway): AuditEventAgent[] {
  return [
    ...(record.person === undefined ? [] : [person(record.person, caller, roles.user)]),
    structure(record, caller, gateway),
    client(record, caller, what, roles.client),
    ofGateway(gateway, roles.server),
  ];
}

/** Who takes part in a call of the DMP: this gateway asks, the DMP answers; for whom and from which software stands beside. */
export function dmpAgents([record, caller, what]: Given, roles: Roles, gateway: Gateway): AuditEventAgent[] {
  // From where that software called stands in the request's own event.
  const { network: _, ...software } = client(record, caller, what, concept(systems.dcm, '110150'));
  return [
    ...(record.person === undefined ? [] : [person(record.person, caller, roles.user)]),
    structure(record, caller, gateway),
    software,
    ofGateway(gateway, roles.client),
    {
      type: roles.server,
      who: { type: 'Device', display: 'DMP' },
      requestor: false,
      network: network(gateway.dmpAddress, '1'),
    },
  ];
}
