/** What the tests of audit records as AuditEvents are about: one request of one physician, here and now. */
import type { AuditEvent, AuditEventEntity, Coding } from '@medplum/fhirtypes';
import { recordToAuditEvent } from '../../../mappings/audit/event.ts';
import type { KeptRecord, Who } from '../../../mappings/audit/record.ts';

export const gateway = {
  name: 'LumiDUI Passerelle',
  oid: '2.16.840.1.113883.19.7602',
  structureName: 'EHPAD FICTIF LE VERGER',
  address: 'passerelle.example',
  dmpAddress: 'dmp.example',
};
export const INS = '236046999012376';
export const patientId = '7f0cbb1e-6a3b-4a57-8f4e-2f8c5c9e7d11';
export const physician: Who = {
  family: 'MAUREL',
  given: 'HÉLÈNE',
  roles: [{ code: '10', system: '1.2.250.1.71.1.2.7', display: 'Médecin' }],
  strength: 'psc',
  purpose: 'normal',
  tokenId: 'b1c8a1b4-4a2f-4c33-9d16-3d5a5b3f6d20',
};

/** What all records say alike. */
export const common = {
  id: '0b6a1e0a-3b1f-4f0f-8a57-6b8f9f1f2a3b',
  at: new Date('2026-10-20T05:00:00.123Z'),
  structure: '1990100109',
  person: '899700101233',
  clientId: 'dui',
  requestId: 'req-1',
  patientId,
  outcome: 'success',
} as const;

export const event = (of: KeptRecord, language: 'fr' | 'en' = 'fr'): AuditEvent =>
  recordToAuditEvent(of, gateway, language);
export const codes = (codings: Coding[] | undefined): string[] => (codings ?? []).map((c) => c.code ?? '');
export const entities = ({ entity = [] }: AuditEvent, code: string): AuditEventEntity[] =>
  entity.filter((e) => e.type?.code === code);
