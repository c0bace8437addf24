/** What a submission may not do to what is registered already, and what it says of the octets that it brings. */
import { createHash } from 'node:crypto';

import { identifier, slotValue, uniqueIdOf } from '../metadata.ts';
import { hashOf } from '../registry.ts';
import { folderScheme, setScheme } from '../vocabulary.ts';
import { collect, type Finding, type Report, type Rule, setOf, type Submission } from './rule.ts';

export const registryRules = {
  'uniqueId.message': { code: 'XDSDuplicateUniqueIdInMessage', context: 'uniqueId={uniqueId}' },
  'uniqueId.registry': { code: 'XDSDuplicateUniqueIdInRegistry', context: 'uniqueId={uniqueId}' },
  'uniqueId.hash': {
    code: 'XDSNonIdenticalHash',
    context: 'uniqueId={uniqueId} déjà enregistré avec une autre empreinte',
  },
  'uniqueId.set': { code: 'XDSDuplicateUniqueIdInRegistry', context: 'uniqueId={uniqueId}' },
  'uniqueId.folder': { code: 'XDSDuplicateUniqueIdInRegistry', context: 'uniqueId={uniqueId}' },
  'octets.hash': { code: 'XDSRepositoryMetadataError', context: 'hash différent de celui du document : {id}' },
  'octets.size': { code: 'XDSRepositoryMetadataError', context: 'size différent de celui du document : {id}' },
} satisfies Record<string, Rule>;

type RegistryReport = Report<keyof typeof registryRules>;

/** SHA-1 of octets, lower-case hexadecimal: XDS `hash`. */
export const sha1Hex = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');

/** Findings against the registry, and about hash and size. */
export const checkRegistry = (submission: Submission): Finding[] =>
  collect<keyof typeof registryRules>(registryRules, (report) => {
    checkUniqueIds(submission, report);
    for (const entry of submission.list.documents) {
      const bytes = submission.documents.find((d) => d.id === entry.id)?.bytes ?? new Uint8Array();
      const { id } = entry;
      const hash = hashOf(entry);
      if (hash !== undefined && hash !== sha1Hex(bytes)) report('octets.hash', id, { id });
      const size = slotValue(entry, 'size');
      if (size !== undefined && size !== String(bytes.length)) report('octets.size', id, { id });
    }
  });

function checkUniqueIds(submission: Submission, report: RegistryReport): void {
  const { list, documents, world } = submission;
  const seen = new Set<string>();
  for (const entry of list.documents) {
    const uniqueId = uniqueIdOf(entry);
    if (seen.has(uniqueId)) report('uniqueId.message', entry.id, { uniqueId });
    seen.add(uniqueId);
    const registered = world.registry.byUniqueId(uniqueId);
    if (registered === undefined) continue;
    const bytes = documents.find((d) => d.id === entry.id)?.bytes ?? new Uint8Array();
    const same = hashOf(registered.entry) === sha1Hex(bytes);
    report(same ? 'uniqueId.registry' : 'uniqueId.hash', entry.id, { uniqueId });
  }
  const set = setOf(submission);
  const uniqueId = identifier(set, setScheme.uniqueId) ?? '';
  if (world.registry.setByUniqueId(uniqueId) !== undefined) report('uniqueId.set', set.id, { uniqueId });
  for (const folder of list.folders) {
    const own = identifier(folder, folderScheme.uniqueId) ?? '';
    if (seen.has(own)) report('uniqueId.message', folder.id, { uniqueId: own });
    seen.add(own);
    if (world.registry.folderByUniqueId(own) !== undefined) report('uniqueId.folder', folder.id, { uniqueId: own });
  }
}
