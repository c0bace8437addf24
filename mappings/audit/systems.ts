/** Code systems and profiles of audit: DICOM's, HL7's, IHE's (spec fhir D.1, D.2), and ours for what none of them names. */
import { ours } from '../canonicals.ts';

const hl7 = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`;
const balp = 'https://profiles.ihe.net/ITI/BALP';

export const auditSystems = {
  dcm: 'http://dicom.nema.org/resources/ontology/DCM',
  type: hl7('audit-event-type'),
  entityType: hl7('audit-entity-type'),
  objectRole: hl7('object-role'),
  participation: hl7('v3-ParticipationType'),
  roleClass: hl7('v3-RoleClass'),
  securityRole: hl7('extra-security-role-type'),
  actReason: hl7('v3-ActReason'),
  /** Whoever keeps what is deleted. */
  provenance: hl7('provenance-participant-type'),
  restful: 'http://hl7.org/fhir/restful-interaction',
  /** IHE's transactions: `ITI-67`. */
  ihe: 'urn:ihe:event-type-code',
  resourceTypes: 'http://hl7.org/fhir/resource-types',
  authorization: `${balp}/CodeSystem/AuthZsubType`,
  requestId: `${balp}/CodeSystem/BasicAuditEntityType`,
  agents: `${balp}/CodeSystem/UserAgentTypes`,
  /** TRE_R248 */
  accessMode: 'urn:oid:1.2.250.1.213.1.1.4.248',
  /** Kinds of event of our own. */
  ours: `${ours}/CodeSystem/audit-subtype`,
  /** What an event is about, where no other system names it. */
  entity: `${ours}/CodeSystem/audit-entity`,
  /** The DMP's transactions by their numbers. */
  transaction: `${ours}/CodeSystem/dmp-transaction`,
} as const;

const basic = (name: string): string => `${balp}/StructureDefinition/IHE.BasicAudit.${name}`;
/** BALP's patterns of REST: with the patient, and without. */
const pattern = (name: string) => ({ patient: basic(`Patient${name}`), any: basic(name) });

export const balpProfiles = {
  authorization: basic('AuthZconsent'),
  create: pattern('Create'),
  read: pattern('Read'),
  update: pattern('Update'),
  delete: pattern('Delete'),
  query: pattern('Query'),
  token: `${balp}/StructureDefinition/IHE.IUA.71`,
} as const;

const mhd = (name: string): string => `https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.${name}`;
const pdqm = (name: string): string => `https://profiles.ihe.net/ITI/PDQm/StructureDefinition/IHE.PDQm.${name}`;

/** What the server of a transaction records. */
export const iheProfiles = {
  'ITI-65': mhd('ProvideBundle.Audit.Recipient'),
  'ITI-66': mhd('FindDocumentLists.Audit.Responder'),
  'ITI-67': mhd('FindDocumentReferences.Audit.Responder'),
  'ITI-68': mhd('RetrieveDocument.Audit.Responder'),
  'ITI-78': pdqm('Query.Audit.Supplier'),
  'ITI-105': mhd('SimplifiedPublish.Audit.Recipient'),
  'ITI-106': mhd('GenerateMetadata.Audit.Recipient'),
  'ITI-119': pdqm('Match.Audit.Supplier'),
} as const;

/** Every profile that an event may claim. */
export const auditProfiles: readonly string[] = [
  ...Object.values(balpProfiles).flatMap((p) => (typeof p === 'string' ? [p] : [p.patient, p.any])),
  ...Object.values(iheProfiles),
];
