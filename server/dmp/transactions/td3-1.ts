/**
 * TD3.1: ITI-18. The list of documents is for consultation, by a person (TD3.1a); a document's reference, by its uniqueId, is
 * all that a structure may ask for, to replace or delete what it fed (TD3.1b). dmp-wire §1.2, §1.4 note 5, §4.
 */
import { readAdhocQueryResponse } from '../../../mappings/ebrim/read.ts';
import { writeAdhocQuery } from '../../../mappings/ebrim/write.ts';
import type { StoredQuery } from '../../../mappings/query.ts';
import type { RegistryError, RegistryObjects } from '../../../mappings/xds.ts';
import { serialize } from '../../../mappings/xml/build.ts';
import { registryErrors, requireSuccess } from '../failure.ts';
import type { Transaction } from '../types.ts';

export interface QueryAnswer {
  /** totalResultCount */
  total?: number;
  objects: RegistryObjects;
  /** warnings, for a list with an error is a failure */
  errors: RegistryError[];
}

type Query = Transaction<StoredQuery, QueryAnswer>;

function storedQuery(
  name: string,
  returnType: StoredQuery['returnType'],
  options: Pick<Query, 'modes' | 'consent'>,
): Query {
  return {
    name,
    service: 'registry',
    action: 'urn:ihe:iti:2007:RegistryStoredQuery',
    responseAction: 'urn:ihe:iti:2007:RegistryStoredQueryResponse',
    responseRoot: { ns: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0', name: 'AdhocQueryResponse' },
    ...options,
    purposes: ['normal', 'bris_de_glace', 'centre_15'],
    idempotent: true,
    /** @throws TypeError when the query asks for another kind of answer than the transaction gives */
    build(query) {
      if (query.returnType !== returnType)
        throw new TypeError(`${name} returns ${returnType}, not ${query.returnType}`);
      return { body: serialize(writeAdhocQuery(query)) };
    },
    read: {
      kind: 'tree',
      /** @throws DmpError kind `registry` unless the answer is a success */
      read(root) {
        const answer = requireSuccess(name, readAdhocQueryResponse(root));
        return { total: answer.total, objects: answer.objects, errors: registryErrors(answer) };
      },
    },
  };
}

/** TD3.1a: metadata (`LeafClass`) by any stored query. */
export const td3_1 = storedQuery('TD3.1a', 'LeafClass', {
  modes: ['INDIRECTE_RENFORCEE'],
  consent: 'consultation',
});

/** TD3.1b: references (`ObjectRef`), by GetDocuments on the uniqueId. */
export const td3_1b = storedQuery('TD3.1b', 'ObjectRef', {
  modes: ['INDIRECTE_RENFORCEE', 'INDIRECTE'],
  consent: 'none',
});
