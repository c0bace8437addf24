/**
 * Conditional create: `If-None-Exist` (ITI-105) and `ifNoneExist` (an entry of ITI-65). FHIR R4 http.html#ccreate: none found,
 * create; one, it stands for the one that is not created (200); several, 412. A document is known by its uniqueId: that is what
 * the criteria may say (`identifier`), in one value or several.
 */
import { uris } from '../../../mappings/canonicals.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { getDocuments } from '../../../mappings/query.ts';
import { td3_1b } from '../../dmp/transactions/td3-1.ts';
import type { CallContext, PatientIns } from '../../dmp/types.ts';
import { parsePairs } from '../../search/pairs.ts';
import type { Services } from '../services.ts';
import { oidOfUrn } from './oid.ts';
import { checkTarget, type Target } from './target.ts';

/** A criterion, and where it stands. */
export interface Condition {
  /** Query string without `?`. */
  query: string;
  /** `If-None-Exist` or the FHIRPath of `ifNoneExist`. */
  expression: string;
}

/**
 * The document that meets a condition, if there is one. What is not known here is asked of the DMP (TD3.1b), unless offline.
 * @throws IssueError condition-unsupported, condition-several (412), target-other-patient; DmpError
 */
export async function existingBy(
  { query, expression }: Condition,
  ins: PatientIns,
  context: CallContext,
  services: Services,
): Promise<(Target & { entryUuid?: string }) | undefined> {
  const found = new Map<string, Target & { entryUuid?: string }>();
  for (const uniqueId of uniqueIdsOf(query, expression)) {
    const documents = await services.store.documents.allByIdentifier(uniqueId);
    for (const document of documents)
      // A deposit whose outcome is not known meets nothing yet: the deposit itself takes it over.
      if (document.state !== 'pending')
        found.set(document.id, { uniqueId: document.uniqueId, document, path: expression });
    if (documents.length > 0 || services.offline) continue;
    const { objects } = await services.dmp.call(td3_1b, getDocuments({ uniqueIds: [uniqueId] }, 'ObjectRef'), context);
    const entryUuid = objects.objectRefs.at(-1);
    if (entryUuid !== undefined) found.set(uniqueId, { uniqueId, path: expression, entryUuid });
  }
  if (found.size > 1)
    throw new IssueError({ key: 'condition-several', expression, values: { element: 'If-None-Exist' } });
  const [target] = found.values();
  if (target) checkTarget(target, ins);
  return target;
}

/** Alternatives of one condition: each may be a question to the DMP. */
const mostValues = 10;

/** `identifier=urn:ietf:rfc:3986|urn:oid:…`, once, alternatives by comma. @throws IssueError condition-unsupported, set-too-large */
function uniqueIdsOf(query: string, expression: string): string[] {
  const wrong = new IssueError({ key: 'condition-unsupported', expression, values: { element: 'If-None-Exist' } });
  const [pair, ...more] = parsePairs(query.replace(/^\?/, ''));
  if (pair?.[0] !== 'identifier' || more.length > 0) throw wrong;
  const tokens = pair[1].split(',');
  if (tokens.length > mostValues) {
    const values = { element: 'If-None-Exist', count: tokens.length, max: mostValues };
    throw new IssueError({ key: 'set-too-large', expression, values });
  }
  return tokens.map((token) => {
    const [, system, value = ''] = /^(?:([^|]*)\|)?(.+)$/.exec(token) ?? [];
    const oid = oidOfUrn(value);
    if (oid === undefined || (system !== undefined && system !== '' && system !== uris)) throw wrong;
    return oid;
  });
}
