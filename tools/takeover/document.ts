/** A line as FHIR: the DocumentReference of an ITI-105 (PDSm flux 09), all but its bytes. */
import type { DocumentReference, Resource } from '@medplum/fhirtypes';
import { frCoreIdentifierTypes, uris } from '../../mappings/canonicals.ts';
import { coding } from '../../mappings/codecs/coded.ts';
import { oidPerson, oidStructure } from '../../mappings/codecs/identifiers.ts';
import type { XdsCode } from '../../mappings/xds.ts';
import type { LineFacts } from './check/line.ts';

export interface DocumentInput {
  reference: string;
  uniqueId: string;
  /** The establishment's own identifier. */
  patient: { system: string; value: string };
  media: string;
  facts: LineFacts;
  structure: { id: string; name: string };
}

const profile = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish';

const concept = (code: XdsCode) => ({ coding: [coding.decode(code) ?? { code: code.code }] });

/** Without `date`, which is when it is deposited: when the document was made is `attachment.creation`. */
export function documentOf({
  reference,
  uniqueId,
  patient,
  media,
  facts,
  structure,
}: DocumentInput): DocumentReference {
  const { type, class: klass, visibility, practiceSetting, event, author, start, end } = facts;
  const context = {
    ...(event ? { event: [concept(event)] } : {}),
    ...(practiceSetting ? { practiceSetting: concept(practiceSetting) } : {}),
    ...(start === undefined && end === undefined
      ? {}
      : { period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } }),
  };
  return {
    resourceType: 'DocumentReference',
    id: reference,
    meta: { profile: [profile] },
    ...(author ? { contained: authorResources(author, structure), author: [{ reference: '#author' }] } : {}),
    masterIdentifier: { use: 'usual', system: uris, value: `urn:oid:${uniqueId}` },
    status: 'current',
    type: concept(type),
    ...(klass ? { category: [concept(klass)] } : {}),
    subject: { identifier: patient },
    ...(visibility.length > 0 ? { securityLabel: visibility.map(concept) } : {}),
    content: [{ attachment: { contentType: media, title: facts.title, creation: facts.date } }],
    ...(Object.keys(context).length > 0 ? { context } : {}),
  };
}

/** As PDSm wants an author: a role, its person, its structure. */
function authorResources(
  { id, family, given, profession }: NonNullable<LineFacts['author']>,
  structure: DocumentInput['structure'],
): Resource[] {
  const typed = (type: string) => ({ coding: [{ system: frCoreIdentifierTypes, code: type }] });
  // National, or internal to a structure: `3<FINESS>/<id>`.
  const type = typed(id.includes('/') ? 'EI' : 'IDNPS');
  return [
    {
      resourceType: 'Practitioner',
      id: 'person',
      identifier: [{ type, system: `urn:oid:${oidPerson}`, value: id }],
      name: [{ family, ...(given === undefined ? {} : { given: [given] }) }],
    },
    {
      resourceType: 'Organization',
      id: 'structure',
      identifier: [{ use: 'official', type: typed('IDNST'), system: `urn:oid:${oidStructure}`, value: structure.id }],
      name: structure.name,
    },
    {
      resourceType: 'PractitionerRole',
      id: 'author',
      practitioner: { reference: '#person' },
      organization: { reference: '#structure' },
      code: [concept(profession)],
    },
  ];
}
