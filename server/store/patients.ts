/** Opaque patient ids: what they stand for is sealed, and found again by the keyed hash of the INS. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import { isUuid } from './identifiers.ts';
import type { Ins, PatientStore } from './types.ts';

/** Nothing refers to such a patient. */
const unrecorded = {
  documents: { none: {} },
  lists: { none: {} },
  subscriptions: { none: {} },
  consents: { none: {} },
  authorizations: { none: {} },
  identities: { none: {} },
  wrongCorrections: { none: {} },
  rightCorrections: { none: {} },
  records: { none: {} },
} as const;

export function patientStore(db: Database, cipher: Cipher): PatientStore {
  return {
    async byIns({ value, oid }) {
      const index = insIndex(cipher, { value, oid });
      const find = () => db.patient.findUnique({ where: { insIndex: index }, select: { id: true } });
      let found = await find();
      let isNew = false;
      if (found === null) {
        const id = randomUUID();
        // Of two at once for the same INS, the second's row is dropped and both read the first's.
        const { count } = await db.patient.createMany({
          data: { id, insIndex: index, insSealed: cipher.seal(['patient', 'ins_sealed', id], { value, oid }) },
          skipDuplicates: true,
        });
        isNew = count === 1;
        found = await find();
      }
      if (found === null) throw new Error('A patient just created is gone.');
      return { id: found.id, ins: { value, oid }, ...(isNew ? { isNew } : {}) };
    },
    async byId(id) {
      if (!isUuid(id)) return undefined;
      const row = await db.patient.findUnique({ where: { id } });
      return row === null ? undefined : { id, ins: openIns(cipher, id, row.insSealed) };
    },
    async among(ids) {
      const rows = await db.patient.findMany({ where: { id: { in: ids.filter(isUuid) } }, select: { id: true } });
      return rows.map((row) => row.id);
    },
    async forget(id) {
      try {
        await db.patient.deleteMany({ where: { id, ...unrecorded } });
      } catch (error) {
        // Something came in between: the foreign key has kept its patient.
        if ((error as { code?: unknown }).code !== 'P2003') throw error;
      }
    },
  };
}

/** How a patient is found by the INS. */
export const insIndex = (cipher: Cipher, { value, oid }: Ins) => cipher.index('patient.ins', oid, value);

/** Opens the INS of a patient's row. */
export function openIns(cipher: Cipher, patientId: string, sealed: Uint8Array): Ins {
  return cipher.open(['patient', 'ins_sealed', patientId], sealed) as Ins;
}
