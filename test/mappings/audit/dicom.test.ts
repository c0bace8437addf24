/** Audit messages hold against the schema of DICOM PS3.15 A.5.1.1, written here as XML Schema from its published text. */
import type { AuditEvent } from '@medplum/fhirtypes';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { expect, it } from 'vitest';
import { auditEventToDicom } from '../../../mappings/audit/dicom.ts';
import { recordToAuditEvent } from '../../../mappings/audit/event.ts';
import { recordKinds } from '../../../mappings/audit/kinds.ts';
import { detailsOf, type Who } from '../../../mappings/audit/record.ts';

const coded = (name: string, occurs: string) => `<xs:element name="${name}" type="Coded" ${occurs}/>`;
const text = (name: string, occurs = '') => `<xs:element name="${name}" type="xs:string" ${occurs}/>`;
const attribute = (name: string, type: string, use = 'optional') =>
  `<xs:attribute name="${name}" type="${type}" use="${use}"/>`;
const oneOf = (name: string, values: readonly (string | number)[], use = 'optional') => `
  <xs:attribute name="${name}" use="${use}"><xs:simpleType><xs:restriction base="xs:token">
    ${values.map((value) => `<xs:enumeration value="${value}"/>`).join('')}
  </xs:restriction></xs:simpleType></xs:attribute>`;
const upTo = (most: number) => Array.from({ length: most }, (_, i) => i + 1);
const element = (name: string, occurs: string, children: string, attributes: string) => `
  <xs:element name="${name}" ${occurs}><xs:complexType><xs:sequence>${children}</xs:sequence>${attributes}</xs:complexType></xs:element>`;

const any = 'minOccurs="0" maxOccurs="unbounded"';
const schema = `
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="Coded">
    ${attribute('csd-code', 'xs:token', 'required')}${attribute('codeSystemName', 'xs:token', 'required')}
    ${attribute('displayName', 'xs:token')}${attribute('originalText', 'xs:token', 'required')}
  </xs:complexType>
  ${element(
    'AuditMessage',
    '',
    element(
      'EventIdentification',
      '',
      coded('EventID', '') + coded('EventTypeCode', any) + text('EventOutcomeDescription', 'minOccurs="0"'),
      oneOf('EventActionCode', ['C', 'R', 'U', 'D', 'E']) +
        attribute('EventDateTime', 'xs:dateTime', 'required') +
        oneOf('EventOutcomeIndicator', [0, 4, 8, 12], 'required'),
    ) +
      element(
        'ActiveParticipant',
        'maxOccurs="unbounded"',
        coded('RoleIDCode', any),
        attribute('UserID', 'xs:string', 'required') +
          ['AlternativeUserID', 'UserName', 'NetworkAccessPointID']
            .map((name) => attribute(name, 'xs:string'))
            .join('') +
          attribute('UserIsRequestor', 'xs:boolean', 'required') +
          oneOf('NetworkAccessPointTypeCode', upTo(5)),
      ) +
      element(
        'AuditSourceIdentification',
        '',
        coded('AuditSourceTypeCode', any),
        attribute('AuditEnterpriseSiteID', 'xs:token') + attribute('AuditSourceID', 'xs:token', 'required'),
      ) +
      element(
        'ParticipantObjectIdentification',
        any,
        `${coded('ParticipantObjectIDTypeCode', '')}
        <xs:choice>${text('ParticipantObjectName')}<xs:element name="ParticipantObjectQuery" type="xs:base64Binary"/></xs:choice>
        ${element('ParticipantObjectDetail', any, '', attribute('type', 'xs:token', 'required') + attribute('value', 'xs:base64Binary', 'required'))}`,
        attribute('ParticipantObjectID', 'xs:token', 'required') +
          oneOf('ParticipantObjectTypeCode', upTo(4)) +
          oneOf('ParticipantObjectTypeCodeRole', upTo(26)) +
          oneOf('ParticipantObjectDataLifeCycle', upTo(15)),
      ),
    '',
  )}
</xs:schema>`;

const gateway = {
  name: 'DMP-FHIR',
  oid: '2.16.840.1.113883.19.7602',
  structureName: 'EHPAD FICTIF LE VERGER',
  address: 'passerelle.example',
  dmpAddress: 'dmp.example',
};
const who: Who = {
  family: 'MAUREL',
  given: 'HÉLÈNE',
  strength: 'psc',
  purpose: 'bris_de_glace',
  tokenId: 'jti-1',
  roles: [{ code: '10', system: '1.2.250.1.71.1.2.7', display: 'Médecin' }],
  reason: 'Détresse <respiratoire> & "chute"\n\u0001',
};

function check(event: AuditEvent): string {
  const xml = auditEventToDicom(event);
  const document = XmlDocument.fromString(xml);
  const xsd = XmlDocument.fromString(schema);
  const validator = XsdValidator.fromDoc(xsd);
  try {
    validator.validate(document);
  } finally {
    for (const one of [validator, xsd, document]) one.dispose();
  }
  return xml;
}

it.each(recordKinds)('of a record of kind %s is valid, and holds person, patient, request and reason', (kind) => {
  const xml = check(
    recordToAuditEvent(
      {
        ...{ id: '0b6a1e0a-3b1f-4f0f-8a57-6b8f9f1f2a3b', kind, at: new Date('2026-10-20T05:00:00.123Z') },
        ...{ structure: '1990100109', person: '899700101233', clientId: 'dui', requestId: 'req-1', outcome: 'refused' },
        patientId: '7f0cbb1e-6a3b-4a57-8f4e-2f8c5c9e7d11',
        details: detailsOf(
          { ...who, roles: [...who.roles] },
          { references: ['DocumentReference/1'], topic: 'feeding' },
        ),
      },
      gateway,
      'fr',
    ),
  );
  expect(xml).toMatch(/UserID="899700101233"[^>]*UserName="HÉLÈNE MAUREL" UserIsRequestor="true"/);
  // IUA.71 has no place for a patient.
  if (kind !== 'token')
    expect(xml).toMatch(/ParticipantObjectID="Patient\/7f0cbb1e[^>]*TypeCode="1" ParticipantObjectTypeCodeRole="1"/);
  expect(xml).toContain(`type="PurposeOfUse" value="${Buffer.from('BTG').toString('base64')}"`);
  expect(xml).toMatch(/EventOutcomeIndicator="4"/);
});

it('of an event with everything else that the format knows, and of one with next to nothing', () => {
  const bare: AuditEvent = {
    ...{ resourceType: 'AuditEvent', type: { code: 'rest' }, recorded: '2026-11-28T09:00:00+01:00' },
    agent: [{ requestor: false }],
    source: { observer: { display: 'x' } },
  };
  expect(check(bare)).toContain('EventOutcomeIndicator="0"');
  const xml = check({
    ...bare,
    agent: [
      { requestor: true, who: { reference: 'Device/1' }, altId: 'a', network: { address: '192.0.2.1', type: '2' } },
    ],
    source: { site: 'here', observer: { identifier: { value: 'me' } } },
    entity: [
      { query: Buffer.from('status=current').toString('base64'), type: { code: '2' }, role: { code: '24' } },
      {
        name: 'a name',
        type: { code: 'UserOauthAgent' },
        what: { identifier: { value: 'jti' } },
        lifecycle: { code: '6' },
      },
    ],
  });
  expect(xml).toMatch(/NetworkAccessPointID="192.0.2.1" NetworkAccessPointTypeCode="2"/);
  expect(xml).toContain('<ParticipantObjectQuery>');
  expect(xml).toContain('AuditEnterpriseSiteID="here" AuditSourceID="me"');
});
