/** What the DMP last said of authorisations, and who may declare one now. Every change is one statement. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { AuthorizationStore, StoredAuthorization } from './consent-types.ts';
import type { Authorization, PrismaClient } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import { insIndex, openIns } from './patients.ts';
import type { Eyes } from './viewer.ts';

const withPatient = { patient: { select: { insSealed: true } } } as const;

type Row = Authorization & { patient: { insSealed: Uint8Array } };

export function authorizationStore(prisma: PrismaClient, cipher: Cipher, eyes: Eyes): AuthorizationStore {
  const holderOf = (holder: string) => cipher.index('authorization.holder', holder);
  const tokenOf = (token: string) => cipher.index('authorization.emergency', token);
  const placeOf = (id: string) => ['dmp_authorization', 'holder_sealed', id] as const;

  const read = (row: Row | null): StoredAuthorization | undefined =>
    row === null
      ? undefined
      : {
          id: row.id,
          patientId: row.patientId,
          ins: openIns(cipher, row.patientId, row.patient.insSealed),
          holder: cipher.open(placeOf(row.id), row.holderSealed) as string,
          status: row.status ?? undefined,
          treatingPhysician: row.treatingPhysician ?? undefined,
          checkedAt: row.checkedAt ?? undefined,
          checkedFor: row.checkedFor ?? undefined,
          declaredAt: row.declaredAt ?? undefined,
          updatedAt: row.updatedAt,
        };

  return {
    async of(patientId, holder) {
      const key = { patientId, holder: holderOf(holder) };
      const find = async () =>
        read(await prisma.authorization.findUnique({ where: { patientId_holder: key }, include: withPatient }));
      const known = await find();
      if (known !== undefined) return known;
      const id = randomUUID();
      // Of two at once, the second's row is dropped and both read the first's.
      await prisma.authorization.createMany({
        data: { ...key, id, holderSealed: cipher.seal(placeOf(id), holder) },
        skipDuplicates: true,
      });
      const made = await find();
      if (made === undefined) throw new Error('An authorisation just created is gone.');
      return made;
    },

    async known(ins, holder) {
      const row = await prisma.authorization.findFirst({
        where: { holder: holderOf(holder), patient: { insIndex: insIndex(cipher, ins) } },
        include: withPatient,
      });
      return read(row);
    },

    async byId(id) {
      if (!isUuid(id)) return undefined;
      return read(await prisma.authorization.findFirst({ where: { id, patient: eyes.hasMet }, include: withPatient }));
    },

    async emergencyOf(ins, holder, token) {
      const row = await prisma.authorization.findFirst({
        where: {
          holder: holderOf(holder),
          emergencyToken: tokenOf(token),
          patient: { insIndex: insIndex(cipher, ins) },
        },
        select: { emergencyUntil: true },
      });
      return row?.emergencyUntil ?? undefined;
    },

    async save(id, { emergency, ...change }, now) {
      if (!isUuid(id)) return;
      // What the DMP said ends the right to declare.
      const ends = change.checkedAt instanceof Date ? { declaringUntil: null } : {};
      const access =
        emergency === undefined
          ? {}
          : {
              emergencyUntil: emergency?.until ?? null,
              emergencyToken: emergency ? tokenOf(emergency.token) : null,
            };
      await prisma.authorization.updateMany({ where: { id }, data: { ...change, ...ends, ...access, updatedAt: now } });
    },

    async claimDeclaration(id, now, leaseMs) {
      if (!isUuid(id)) return false;
      const taken = await prisma.$executeRaw`
        UPDATE dmp_authorization SET declaring_until = ${new Date(now.getTime() + leaseMs)}
        WHERE id = ${id}::uuid AND (declaring_until IS NULL OR declaring_until <= ${now})`;
      return taken === 1;
    },
  };
}
