/** The dispatch rows of the XDS transactions (ITI-41, ITI-18, ITI-43, ITI-57). */
import type { HandlerRow } from '../exchange.ts';
import { queryTransaction, registryStoredQuery } from './iti18.ts';
import { provideAndRegister } from './iti41.ts';
import { retrieveDocumentSet } from './iti43.ts';
import { updateDocumentSet } from './iti57.ts';
import { updateTransaction } from './update/operation.ts';

export const xdsHandlers: HandlerRow[] = [
  {
    service: 'repository',
    bodyName: '{urn:ihe:iti:xds-b:2007}ProvideAndRegisterDocumentSetRequest',
    actions: ['urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b'],
    responseAction: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse',
    faultAction:
      'urn:ihe:iti:xds-b:2007:DocumentRepository_PortType:DocumentRepository_ProvideAndRegisterDocumentSet-b:Fault:SoapFault',
    transaction: () => 'TD2.1',
    requestMtom: 'required',
    handler: provideAndRegister,
  },
  {
    service: 'registry',
    bodyName: '{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest',
    actions: ['urn:ihe:iti:2007:RegistryStoredQuery'],
    responseAction: 'urn:ihe:iti:2007:RegistryStoredQueryResponse',
    faultAction:
      'urn:ihe:iti:xds-b:2007:DocumentRegistry_PortType:DocumentRegistry_RegistryStoredQuery:Fault:SoapFault',
    transaction: queryTransaction,
    handler: registryStoredQuery,
  },
  {
    service: 'repository',
    bodyName: '{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetRequest',
    actions: ['urn:ihe:iti:2007:RetrieveDocumentSet'],
    responseAction: 'urn:ihe:iti:2007:RetrieveDocumentSetResponse',
    faultAction:
      'urn:ihe:iti:xds-b:2007:DocumentRepository_PortType:DocumentRepository_RetrieveDocumentSet:Fault:SoapFault',
    transaction: () => 'TD3.2',
    answerMtom: 'always',
    handler: retrieveDocumentSet,
  },
  {
    service: 'registry',
    bodyName: '{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest',
    actions: ['urn:ihe:iti:2010:UpdateDocumentSet'],
    responseAction: 'urn:ihe:iti:2010:UpdateDocumentSet-Response',
    faultAction: 'urn:ihe:iti:xds-b:2007:DocumentRegistry_PortType:DocumentRegistry_UpdateDocumentSet:Fault:SoapFault',
    transaction: updateTransaction,
    handler: updateDocumentSet,
  },
];
