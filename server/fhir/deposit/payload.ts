/**
 * What the store keeps of a set or a folder (encrypted): enough to answer a read of the List and a repeated deposit without
 * asking the DMP, which forbids it after feeding.
 */
import type { Lineage } from '../../../mappings/cda/related.ts';
import type { DocumentEntry, Folder, SubmissionSet } from '../../../mappings/xds.ts';
import type { KeptRelation } from './relations.ts';
import type { KeptRuling } from './ruling.ts';

/** A deposited document. */
export interface KeptDocument {
  /** `DocumentReference.id` */
  id: string;
  entry: DocumentEntry;
  /** What it says of older documents. */
  relations?: KeptRelation[];
  /** Its place among its versions, as its CDA says it. */
  lineage?: Lineage;
  /** By which of the structure's feeding rules it was sent. */
  ruling?: KeptRuling;
}

export interface SetPayload {
  set: SubmissionSet;
  /** In the order of the set. */
  documents: KeptDocument[];
  /** `DocumentReference.id` of the documents that the set lists and did not bring. */
  listed?: string[];
  /** `List.id` of the folders that were created or added to with the set. */
  folders?: string[];
  /** ISO instant of the deposit: meta.lastUpdated. */
  submittedAt: string;
}

/** The payload as the store gives it back. */
export function readSetPayload(payload: unknown): SetPayload {
  return payload as SetPayload;
}

/** A folder that was created, or added to, through this server. */
export interface FolderPayload {
  folder: Folder;
  /** `DocumentReference.id` of its documents, as far as they are known here. */
  items: string[];
  /** ISO instant of the last deposit into it. */
  submittedAt: string;
}

/** The payload of a folder as the store gives it back. */
export function readFolderPayload(payload: unknown): FolderPayload {
  return payload as FolderPayload;
}
