/** Opaque patient ids: what they stand for is sealed, and found again by the keyed hash of the INS. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import type { Ins, PatientStore } from './types.ts';
import type { Eyes } from './viewer.ts';

/** Nothing refers to such a patient, and no structure knows of it. */
const unrecorded = {
  structures: { none: {} },
  documents: { none: {} },
  lists: { none: {} },
  subscriptions: { none: {} },
  consents: { none: {} },
  authorizations: { none: {} },
  identities: { none: {} },
  wrongCorrections: { none: {} },
  rightCorrections: { none: {} },
  records: { none: {} },
  feedItems: { none: {} },
} as const;

/** Rolls the transaction back: something refers to the patient. */
class Referred extends Error {}

/** A row that refers to it was made, or its patient removed, in between. */
const isForeignKey = (error: unknown): boolean => (error as { code?: unknown }).code === 'P2003';

const ATTEMPTS = 5;

export function patientStore(prisma: PrismaClient, cipher: Cipher, eyes: Eyes): PatientStore {
  /** @returns undefined when the patient was forgotten meanwhile */
  async function meet({ value, oid }: Ins): Promise<{ id: string; isNew: boolean } | undefined> {
    const index = insIndex(cipher, { value, oid });
    const find = async () => {
      const [row] = await prisma.$queryRaw<{ id: string; met: boolean }[]>`
        SELECT p.id, ${eyes.hasMetSql} AS met FROM patient p WHERE p.ins_index = ${index}`;
      return row;
    };
    let found = await find();
    let isNew = false;
    if (found === undefined) {
      const id = randomUUID();
      // Of two at once for the same INS, the second's row is dropped and both read the first's.
      const { count } = await prisma.patient.createMany({
        data: { id, insIndex: index, insSealed: cipher.seal(['patient', 'ins_sealed', id], { value, oid }) },
        skipDuplicates: true,
      });
      isNew = count === 1;
      found = await find();
    }
    if (found === undefined) return undefined;
    if (!found.met) {
      const data = { patientId: found.id, structure: eyes.met };
      try {
        await prisma.patientStructure.createMany({ data, skipDuplicates: true });
      } catch (error) {
        if (isForeignKey(error)) return undefined;
        throw error;
      }
    }
    return { id: found.id, isNew };
  }

  return {
    async byIns({ value, oid }) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const met = await meet({ value, oid });
        if (met) return { id: met.id, ins: { value, oid }, ...(met.isNew ? { isNew: true } : {}) };
      }
      throw new Error('A patient just created is gone.');
    },
    async byId(id) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.patient.findFirst({ where: { id, ...eyes.hasMet } });
      return row === null ? undefined : { id, ins: openIns(cipher, id, row.insSealed) };
    },
    async among(ids) {
      const rows = await prisma.patient.findMany({
        where: { id: { in: ids.filter(isUuid) }, ...eyes.hasMet },
        select: { id: true },
      });
      return rows.map((row) => row.id);
    },
    async forget(id) {
      if (!isUuid(id)) return;
      try {
        await prisma.$transaction(async (db) => {
          await db.patientStructure.deleteMany({ where: { patientId: id, ...eyes.hasMet.structures.some } });
          const { count } = await db.patient.deleteMany({ where: { id, ...unrecorded } });
          if (count === 0) throw new Referred();
        });
      } catch (error) {
        // Something came in between: the foreign key has kept its patient.
        if (!(error instanceof Referred) && !isForeignKey(error)) throw error;
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
