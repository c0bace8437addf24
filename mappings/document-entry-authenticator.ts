/** legalAuthenticator ↔ authenticator. */
import type { DocumentReference } from '@medplum/fhirtypes';
import { practitionerOf, practitionerToXcn } from './author.ts';
import { isPatientOid } from './ins.ts';
import { xcn } from './codecs/people.ts';
import { recurring } from './recurring.ts';
import type { Draft, Row } from './rows.ts';
import type { DocumentEntry } from './xds.ts';

/**
 * FHIR has no patient and no device as authenticator: such a value (a patient's own document) is kept exactly, in the
 * extension of ours, and not shown as a Practitioner that it is not.
 */
export const legalAuthenticatorRow: Row<DocumentEntry, DocumentReference, 'legalAuthenticator'> = {
  xds: 'legalAuthenticator',
  ebrim: 'Slot legalAuthenticator',
  fhir: 'DocumentReference.authenticator (contained Practitioner)',
  codec: 'XCN',
  loss: 'Role and organisation of the authenticator; what XCN has no place for.',
  ...recurring(
    (value: string) => {
      const person = xcn.decode(value);
      const isPerson = person && person.type !== 'NH' && !isPatientOid(person.authority?.oid) && person.type !== 'RI';
      return isPerson ? practitionerOf(person, 'authenticator') : undefined;
    },
    (practitioner, draft: Draft<DocumentReference>) =>
      void (draft.resource.authenticator = draft.contain(practitioner)),
  ),
  read(s) {
    const reference = s.resource.authenticator;
    const path = 'DocumentReference.authenticator';
    let found = reference && s.resolve(reference, path);
    if (found?.resource.resourceType === 'PractitionerRole') {
      const { practitioner } = found.resource;
      found = practitioner && s.resolve(practitioner, `${found.path}.practitioner`);
    }
    if (found?.resource.resourceType === 'Practitioner') return practitionerToXcn(found, s);
    if (reference && (found || !reference.reference)) {
      const values = { element: 'authenticator', detail: 'legalAuthenticator is a person: a Practitioner is needed' };
      s.issue({ key: 'value-invalid', expression: path, values });
    }
    return undefined;
  },
};
