/** ITI-18 Registry Stored Query (TD3.1a: metadata; TD3.1b: the reference of a document whose uniqueId is known). */
import { attr, findAll, findOne } from '../dom.ts';
import type { Answer, Exchange, Transaction } from '../exchange.ts';
import { readSlot } from './metadata.ts';
import { QueryRefused, readParameters } from './query/parameters.ts';
import { type StoredQuery, storedQueries } from './query/queries.ts';
import { attributes, writeAssociation, writeObject, writeQueryResponse } from './write.ts';

interface Request {
  queryId: string;
  query: StoredQuery | undefined;
  returnType: string;
}

function readRequest({ body }: Exchange): Request {
  const queryId = attr(findOne(body, 'rim:AdhocQuery'), 'id') ?? '';
  return {
    queryId,
    query: storedQueries.find((q) => q.id === queryId),
    returnType: attr(findOne(body, 'query:ResponseOption'), 'returnType') ?? '',
  };
}

/**
 * Which right a query needs. Only GetDocuments by reference is the "reference search" that a structure may do alone
 * (FI-526 note 5); every other query tells something about the record.
 */
export function queryTransaction(exchange: Exchange): Transaction {
  const { query, returnType } = readRequest(exchange);
  return query?.name === 'GetDocuments' && returnType === 'ObjectRef' ? 'TD3.1b' : 'TD3.1a';
}

export function registryStoredQuery(exchange: Exchange): Answer {
  try {
    return { body: writeQueryResponse('Success', search(exchange)) };
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    return { body: writeQueryResponse('Failure', [], [{ code: error.code, context: error.context }]) };
  }
}

/** The objects found, as XML. @throws QueryRefused */
function search(exchange: Exchange): string[] {
  const { queryId, query, returnType } = readRequest(exchange);
  if (query === undefined) throw new QueryRefused('XDSUnknownStoredQuery', queryId);
  if (returnType !== 'LeafClass' && returnType !== 'ObjectRef')
    throw new QueryRefused('XDSRegistryError', `returnType non pris en charge : ${returnType}`);
  const slots = findAll(exchange.body, 'rim:AdhocQuery/rim:Slot').map(readSlot);
  const { maxResults, unknownParameters } = exchange.world.settings;
  const parameters = readParameters(slots, query.parameters, unknownParameters ? 'ignore' : 'refuse');
  const { objects, associations } = query.search(parameters, exchange);
  if (returnType === 'ObjectRef')
    return [...objects, ...associations].map(({ id }) => `<rim:ObjectRef${attributes({ id })}/>`);
  if (objects.length + associations.length > maxResults)
    throw new QueryRefused('XDSTooManyResults', `Plus de ${maxResults} documents : restreindre la recherche`);
  return [...objects.map(writeObject), ...associations.map(writeAssociation)];
}
