/** ITI-43 mutants: a golden retrieval with one element altered, or one right less, and what the answer then says. */
import type { World } from '../../../simulator/world.ts';
import { drop, type Edit, replace, within } from '../support/edit-ebxml.ts';

export interface RetrieveMutant {
  name: string;
  edit: Edit;
  status: 'PartialSuccess' | 'Failure';
  errors: { code: string; context: string }[];
  /** uniqueIds that are still delivered. */
  delivered: string[];
  /** Code of the rule in soap:Detail, for what the DMP refuses by a fault: the errors hold its subcode and sentence. */
  fault?: string;
  world?: (world: World) => void;
}

const root = '2.16.840.1.113883.19.7601.3.50';
const a2 = `${root}.20261015.1`;
const b1 = `${root}.20261012.2`;
const none: Edit = (text) => text;
const unknown = (uniqueId: string) => ({
  code: 'XDSDocumentUniqueIdError',
  context: `Document inconnu de cet entrepôt : uniqueId=${uniqueId}`,
});
/** Within the request of the second document (B1). */
const second = (change: Edit): Edit =>
  within(
    new RegExp(`<xdsb:DocumentRequest>(?:(?!</xdsb:DocumentRequest>).)*${b1}.*?</xdsb:DocumentRequest>`, 's'),
    change,
  );

/** All start from td3-2/01: the médecin traitant asks for A2 and for B1, which is masked. */
export const iti43Mutants: RetrieveMutant[] = [
  {
    name: 'another repository',
    edit: second(replace('1.2.250.1.213.4.1.1.1.2', '1.2.250.1.213.4.1.1.1.3')),
    status: 'PartialSuccess',
    errors: [{ code: 'XDSUnknownRepositoryId', context: 'repositoryUniqueId=1.2.250.1.213.4.1.1.1.3' }],
    delivered: [a2],
  },
  {
    name: 'no repository',
    edit: second(replace(/<xdsb:RepositoryUniqueId>.*?<\/xdsb:RepositoryUniqueId>/, '')),
    status: 'PartialSuccess',
    errors: [{ code: 'XDSUnknownRepositoryId', context: 'repositoryUniqueId=' }],
    delivered: [a2],
  },
  {
    name: 'no uniqueId',
    edit: second(replace(/<xdsb:DocumentUniqueId>.*?<\/xdsb:DocumentUniqueId>/, '')),
    status: 'PartialSuccess',
    errors: [unknown('')],
    delivered: [a2],
  },
  {
    name: 'an unknown uniqueId',
    edit: second(replace(b1, `${b1}9`)),
    status: 'PartialSuccess',
    errors: [unknown(`${b1}9`)],
    delivered: [a2],
  },
  {
    name: 'a uniqueId written as a URN',
    edit: second(replace(b1, `urn:oid:${b1}`)),
    status: 'PartialSuccess',
    errors: [unknown(`urn:oid:${b1}`)],
    delivered: [a2],
  },
  {
    name: 'an entryUUID',
    edit: second(replace(b1, 'urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31')),
    status: 'PartialSuccess',
    errors: [{ code: 'XDSDocumentUniqueIdError', context: 'uniqueId=urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31' }],
    delivered: [a2],
  },
  {
    name: 'two unknown documents',
    edit: replace('.50.2026', '.59.2026'),
    status: 'Failure',
    errors: [
      unknown('2.16.840.1.113883.19.7601.3.59.20261015.1'),
      unknown('2.16.840.1.113883.19.7601.3.59.20261012.2'),
    ],
    delivered: [],
  },
  {
    name: 'no document at all',
    edit: within(/<xdsb:DocumentRequest>.*<\/xdsb:DocumentRequest>/s, drop),
    status: 'Failure',
    errors: [{ code: 'XDSRepositoryError', context: 'Aucun document demandé' }],
    delivered: [],
  },
  {
    name: 'a masked document, for a physician who is not the médecin traitant',
    edit: none,
    world: (world) => {
      delete world.patients[0]!.treatingPhysician;
    },
    status: 'PartialSuccess',
    errors: [unknown(b1)],
    delivered: [a2],
  },
  {
    name: 'a document of another patient',
    edit: none,
    world: (world) => {
      const document = world.registry.byUniqueId(b1)!;
      document.patient = { value: '141112A99004563', oid: '1.2.250.1.213.1.4.10' };
    },
    status: 'PartialSuccess',
    errors: [unknown(b1)],
    delivered: [a2],
  },
  {
    name: 'a document that is only described',
    edit: second(replace(b1, '2.16.840.1.113883.19.8802.71.2026.93317')),
    status: 'PartialSuccess',
    errors: [
      {
        code: 'XDSRepositoryError',
        context: 'Contenu non conservé par cet entrepôt : uniqueId=2.16.840.1.113883.19.8802.71.2026.93317',
      },
    ],
    delivered: [a2],
  },
  {
    name: 'a closed DMP',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'terminated'),
    status: 'Failure',
    errors: [{ code: 'DMPClosed', context: 'Le DMP de ce patient est fermé' }],
    delivered: [],
    fault: 'PATIENT_CLOSED',
  },
];
