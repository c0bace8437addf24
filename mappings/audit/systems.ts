/** Code systems of audit: DICOM's, HL7's, BALP's (spec fhir D.1), and ours for what none of them names. */
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
  restful: 'http://hl7.org/fhir/restful-interaction',
  resourceTypes: 'http://hl7.org/fhir/resource-types',
  authorization: `${balp}/CodeSystem/AuthZsubType`,
  requestId: `${balp}/CodeSystem/BasicAuditEntityType`,
  agents: `${balp}/CodeSystem/UserAgentTypes`,
  /** TRE_R248 */
  accessMode: 'urn:oid:1.2.250.1.213.1.1.4.248',
  /** Kinds of event of our own. */
  ours: `${ours}/CodeSystem/audit-subtype`,
} as const;

export const balpProfiles = {
  authorization: `${balp}/StructureDefinition/IHE.BasicAudit.AuthZconsent`,
  create: `${balp}/StructureDefinition/IHE.BasicAudit.PatientCreate`,
  update: `${balp}/StructureDefinition/IHE.BasicAudit.PatientUpdate`,
} as const;
