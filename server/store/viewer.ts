/**
 * Through whose eyes the store is read (`Store.as`): a structure sees the patients that it has met, and of what was deposited here
 * what it deposited itself. What the registry said of a document or list (identifiers, version, status, hash) is the DMP's, and the
 * same for every structure.
 */
import type { Cipher } from './cipher.ts';
import { Prisma } from './generated/prisma/client.ts';

export interface Viewer {
  /** Struct_IdNat */
  structure: string;
  /** The owner of what was made before several structures were told apart. */
  isPrimary: boolean;
}

/** What stands for the primary in rows from before several structures were told apart (prisma/migrations, `structures`). */
const before = new Uint8Array(0);

export interface Eyes {
  /** As the structure is written into new rows. */
  met: Uint8Array<ArrayBuffer>;
  depositor: Record<'list' | 'document', Uint8Array<ArrayBuffer>>;
  /** Whether a deposit is the structure's. @param owner of a list, or of a document that was deposited here */
  isOwn(kind: 'list' | 'document', owner: Uint8Array | null): boolean;
  /** For Prisma: that a patient was met. */
  hasMet: { structures: { some: { structure: { in: Uint8Array<ArrayBuffer>[] } } } };
  /** The same for SQL, of a table `p` of patients. */
  hasMetSql: Prisma.Sql;
  /** For Prisma: a document that it may know of: another's deposit whose outcome is open is not in the DMP yet. */
  knowsDocument: Prisma.DocumentWhereInput;
}

/** The structure that deposited a document, as the table holds it. */
export const structureIndex = (cipher: Cipher, structure: string) => cipher.index('document.structure', structure);

export function eyesOf(cipher: Cipher, { structure, isPrimary }: Viewer): Eyes {
  const met = cipher.index('patient.structure', structure);
  const depositor = { list: cipher.index('list.structure', structure), document: structureIndex(cipher, structure) };
  const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
  const known = isPrimary ? [met, before] : [met];
  const hasMet = { structures: { some: { structure: { in: known } } } };
  return {
    met,
    depositor,
    isOwn: (kind, owner) => {
      if (owner === null || owner.length === 0) return isPrimary;
      return same(owner, depositor[kind]);
    },
    hasMet,
    hasMetSql: Prisma.sql`EXISTS (
      SELECT 1 FROM patient_structure s WHERE s.patient_id = p.id AND s.structure IN (${Prisma.join(known)}))`,
    knowsDocument: {
      patient: hasMet,
      OR: [
        { state: { not: 'pending' } },
        { structure: depositor.document },
        ...(isPrimary ? [{ structure: null }] : []),
      ],
    },
  };
}
