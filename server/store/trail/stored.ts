/** A record of the chain as the mapping reads it. */
import type { StoredRecord } from '../record-types.ts';
import type { ChainedRecord } from './canonical.ts';

/** @param structure where the record itself does not say it: from before the chain */
export function storedFrom(record: Omit<ChainedRecord, 'stream' | 'seq'>, structure = ''): StoredRecord {
  const content = record.content as Pick<StoredRecord, 'details'> & Partial<Pick<StoredRecord, 'structure' | 'person'>>;
  return {
    id: record.id,
    kind: record.kind as StoredRecord['kind'],
    at: new Date(record.at),
    structure: content.structure ?? structure,
    ...(content.person === undefined ? {} : { person: content.person }),
    clientId: record.clientId,
    ...(record.requestId === null ? {} : { requestId: record.requestId }),
    ...(record.patientId === null ? {} : { patientId: record.patientId }),
    outcome: record.outcome as StoredRecord['outcome'],
    details: content.details,
  };
}
