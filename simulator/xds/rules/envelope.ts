/** What the message must hold before its metadata are looked at: one set, its entries, their documents by XOP. */
import { folderMemberships, listedDocuments } from './folders.ts';
import { isSignature } from './metadata.ts';
import { collect, type Finding, type Rule, type Submission } from './rule.ts';

export const envelopeRules = {
  'envelope.incomplete': { code: 'XDSRepositoryMetadataError', context: 'Enveloppe de soumission incomplète' },
  'envelope.unexpected': { code: 'XDSRegistryMetadataError', context: 'Élément inattendu : {name}' },
  'envelope.folder': { code: 'XDSRegistryMetadataError', context: 'Classeur non pris en charge' },
  'envelope.set': { code: 'XDSRegistryMetadataError', context: 'Un lot et un seul est attendu' },
  'envelope.empty': { code: 'XDSRegistryMetadataError', context: 'Le lot ne contient ni document ni classeur' },
  'envelope.id': { code: 'XDSRegistryMetadataError', context: 'Identifiant d’objet absent ou en double : {id}' },
  'document.missing': { code: 'XDSMissingDocument', context: '{id} est décrit mais absent du message' },
  'document.part': { code: 'XDSMissingDocument', context: '{id} : partie jointe absente' },
  'document.unknown': { code: 'XDSMissingDocumentMetadata', context: '{id} est joint sans ExtrinsicObject' },
  'document.orphan': { code: 'XDSMissingDocumentMetadata', context: 'Partie jointe sans élément Document : {cid}' },
  'document.repeated': { code: 'XDSRepositoryMetadataError', context: '{id} est joint deux fois' },
  'document.inline': { code: 'XDSRepositoryMetadataError', context: '{id} est joint hors XOP' },
  'document.empty': { code: 'XDSInvalidDocumentContent', context: '{id} est vide' },
  'document.large': { code: 'XDSRepositoryOutOfResources', context: '{id} dépasse la taille admise' },
} satisfies Record<string, Rule>;

/** Findings about the envelope. */
export const checkEnvelope = (submission: Submission): Finding[] =>
  collect<keyof typeof envelopeRules>(envelopeRules, (report) => {
    const { list, documents } = submission;
    if (!submission.complete) return report('envelope.incomplete', '');
    for (const name of list.unexpected) report('envelope.unexpected', '', { name });
    if (!submission.world.settings.folders) for (const folder of list.folders) report('envelope.folder', folder.id);
    if (list.sets.length !== 1) report('envelope.set', '');
    const content = [
      ...list.documents.filter((d) => !isSignature(d)),
      ...list.folders,
      ...folderMemberships(submission),
      ...listedDocuments(submission),
    ];
    if (content.length === 0) report('envelope.empty', '');

    const seen = new Set<string>();
    for (const { id } of [...list.sets, ...list.folders, ...list.documents, ...list.associations]) {
      if (id === '' || seen.has(id)) report('envelope.id', id, { id });
      seen.add(id);
    }

    for (const { id } of list.documents)
      if (!documents.some((d) => d.id === id)) report('document.missing', id, { id });
    const attached = new Set<string>();
    for (const document of documents) {
      const { id } = document;
      if (!list.documents.some((d) => d.id === id)) report('document.unknown', '', { id });
      if (attached.has(id)) report('document.repeated', id, { id });
      attached.add(id);
      if (document.transport === 'inline') report('document.inline', id, { id });
      else if (document.bytes === undefined) report('document.part', id, { id });
      else if (document.bytes.length === 0) report('document.empty', id, { id });
      else if (document.bytes.length > submission.world.settings.maxDocumentBytes) report('document.large', id, { id });
    }
    for (const cid of submission.orphans) report('document.orphan', '', { cid });
  });
