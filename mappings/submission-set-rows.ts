/**
 * The table of SubmissionSet ↔ List. Sources: IHE MHD 4.2 (spec fhir B.1), PDSm submissionset comprehensive (A.3),
 * ITI TF-3 §4.2.3.3, ITI-18 FindSubmissionSets.
 */
import type { List } from '@medplum/fhirtypes';
import { authorFromFhir, authorToFhir } from './author.ts';
import {
  extAuthorOrg,
  extDesignationType,
  extIntendedRecipient,
  extMhdIntendedRecipient,
  extSourceId,
  uris,
} from './canonicals.ts';
import { concept } from './codecs/coded.ts';
import { oidUri } from './codecs/identifiers.ts';
import { designationTypes, identityRows, listDate, remainingRows } from './list-rows.ts';
import type { Row, RowOf, Source } from './rows.ts';
import type { SubmissionSet, XdsAuthor } from './xds.ts';

const present = <T>(values: (T | undefined)[]): T[] => values.filter((v) => v !== undefined);
const slotQuery = (name: string): string => `$XDSSubmissionSet${name}`;

function authorIn(s: Source<List>): XdsAuthor | undefined {
  const reference = s.resource.source;
  if (reference === undefined) return undefined;
  const { extension = [] } = reference;
  const organization = extension.find((e) => e.url === extAuthorOrg)?.valueReference;
  const only = !reference.reference && !reference.identifier;
  const path = 'List.source';
  // MHD: an institution as author is said by the extension alone.
  if (only && organization) return authorFromFhir(organization, path, s);
  const author = authorFromFhir(reference, path, s);
  if (author === undefined || author.institutions.length > 0 || !organization) return author;
  return { ...author, institutions: authorFromFhir(organization, path, s)?.institutions ?? [] };
}

/** intendedRecipient is `XON|XCN|XTN` (ITI TF-3 §4.2.3.3.7): what an author says, in one string. */
const recipient = {
  decode(wire: string): XdsAuthor {
    const [institution = '', person = '', telecom = ''] = wire.split('|');
    return {
      ...(person === '' ? {} : { person }),
      institutions: institution === '' ? [] : [institution],
      roles: [],
      specialties: [],
      telecommunications: telecom === '' ? [] : [telecom],
      slots: {},
    };
  },
  encode: (a: XdsAuthor): string =>
    [a.institutions[0] ?? '', a.person ?? '', a.telecommunications[0] ?? ''].join('|').replace(/\|+$/, ''),
};

const sourceIdRow = (): Row<SubmissionSet, List, 'sourceId'> => ({
  xds: 'sourceId',
  ebrim: 'ExternalIdentifier XDSSubmissionSet.sourceId',
  fhir: 'List.extension(ihe-sourceId)',
  codec: 'OID',
  search: ['sourceId'],
  query: [slotQuery('SourceId')],
  write: (value, draft) =>
    void (draft.resource.extension ??= []).push({
      url: extSourceId,
      valueIdentifier: { system: uris, value: oidUri.decode(value) },
    }),
  read(s) {
    const given = s.resource.extension?.find((e) => e.url === extSourceId)?.valueIdentifier;
    if (given === undefined) return undefined;
    // A client may write the OID as system, with or without prefix (the PDSm examples do).
    const oid =
      oidUri.encode(given.value ?? '') ??
      oidUri.encode(`urn:oid:${given.value ?? ''}`) ??
      oidUri.encode(given.system ?? '');
    if (oid === undefined) {
      const values = { element: 'sourceId', detail: 'an OID is needed (urn:oid:…)' };
      s.issue({ key: 'value-invalid', expression: 'List.extension(ihe-sourceId)', values });
    }
    return oid;
  },
});

export const submissionSetRows: readonly RowOf<SubmissionSet, List>[] = [
  ...identityRows('XDSSubmissionSet'),
  {
    xds: 'submissionTime',
    ebrim: 'Slot submissionTime',
    query: [slotQuery('SubmissionTimeFrom'), slotQuery('SubmissionTimeTo')],
    loss: 'The DMP keeps UTC to the second: the zone and fractions of a second do not come back.',
    ...listDate,
  },
  {
    xds: 'authors',
    ebrim: 'Classification author',
    fhir: 'List.source (contained PractitionerRole, Device or Patient), extension(ihe-authorOrg)',
    codec: 'XCN, XON, code',
    search: [
      'source',
      'source.identifier',
      'source.given',
      'source.family',
      'source:Patient.given',
      'source:Patient.family',
      'source:PractitionerRole.name',
      'source:PractitionerRole.practitioner.given',
      'source:PractitionerRole.practitioner.family',
      'authorOrg',
      'authorOrg.identifier',
      'authorOrg.name',
    ],
    query: [slotQuery('AuthorPerson')],
    loss: 'Of the author’s resources, what XDS has no place for: qualifications, further names and identifiers, addresses.',
    write(value, draft) {
      const [author] = value;
      if (author === undefined) return;
      const reference = authorToFhir(author, 'source', draft);
      const organization = draft.resource.contained?.find((c) => c.id === 'source-organization');
      if (organization) {
        const valueReference = { reference: '#source-organization' };
        reference.extension = [...(reference.extension ?? []), { url: extAuthorOrg, valueReference }];
      }
      draft.resource.source = reference;
    },
    read(s) {
      const author = authorIn(s);
      return author === undefined ? undefined : [author];
    },
  },
  {
    xds: 'contentTypeCode',
    ebrim: 'Classification contentTypeCode',
    fhir: 'List.extension(ihe-designationType)',
    codec: 'code',
    search: ['designationType'],
    query: [slotQuery('ContentType')],
    loss: 'One coding is kept: the first whose system has an OID; text stands in for a missing display.',
    write: (value, draft) =>
      void (draft.resource.extension ??= []).push({
        url: extDesignationType,
        valueCodeableConcept: concept.decode(value),
      }),
    read(s) {
      const [given] = designationTypes(s.resource);
      const wire = given === undefined ? undefined : concept.encode(given);
      if (given !== undefined && wire === undefined) {
        const values = { element: 'designationType', detail: 'no coding of a system that has an OID' };
        s.issue({ key: 'value-invalid', expression: 'List.extension(ihe-designationType)', values });
      }
      return wire;
    },
  },
  {
    xds: 'intendedRecipients',
    ebrim: 'Slot intendedRecipient',
    fhir: 'List.extension(pdsm-ext-intended-recipient) (contained)',
    codec: 'XON|XCN|XTN',
    loss: 'Of the recipients’ resources, what XDS has no place for.',
    write(value, draft) {
      value.forEach((wire, i) => {
        const valueReference = authorToFhir(recipient.decode(wire), `recipient-${i + 1}`, draft);
        (draft.resource.extension ??= []).push({ url: extIntendedRecipient, valueReference });
      });
    },
    read: (s) =>
      present(
        (s.resource.extension ?? []).map((e, i) => {
          if (e.url !== extIntendedRecipient && e.url !== extMhdIntendedRecipient) return undefined;
          const author = e.valueReference && authorFromFhir(e.valueReference, `List.extension[${i}]`, s);
          return author && recipient.encode(author);
        }),
      ),
  },
  sourceIdRow(),
  ...remainingRows('XDSSubmissionSet'),
];
