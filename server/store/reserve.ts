/** Taking the uniqueIds of a submission: all or none, and by one only. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import { documentColumns, type DocumentKey, type DocumentRow, findByKeys, keyOf, rowReader } from './document-rows.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { plainIdentifier } from './identifiers.ts';
import { openIns } from './patients.ts';
import type { Foreseen, Ins, NewDocument, Reservation, ReservationState, StoredDocument } from './types.ts';
import type { Eyes } from './viewer.ts';

const ATTEMPTS = 5;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Rolls the transaction back: a uniqueId is held by somebody else. */
class Held extends Error {}

/** See `DocumentStore.reserve`. */
export async function reserve(
  prisma: PrismaClient,
  cipher: Cipher,
  eyes: Eyes,
  deposits: readonly NewDocument[],
): Promise<Reservation[]> {
  if (new Set(deposits.map(keyOf)).size < deposits.length) throw new RangeError('A uniqueId comes twice.');
  if (deposits.length === 0) return [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const taken = await takeAll(prisma, cipher, eyes, deposits);
    if (taken !== undefined) return taken;
    const holders = await findByKeys(prisma, deposits);
    // The holder may have let go in between.
    if (holders.length > 0) return judge(prisma, cipher, eyes, deposits, holders);
  }
  throw new Error('The uniqueIds are taken and let go all the time.');
}

/**
 * Inserts all of them, or none. A second transaction waits at the unique index until the first has ended; the order of
 * insertion is the same for all, so that two of them cannot wait for each other.
 */
async function takeAll(
  prisma: PrismaClient,
  cipher: Cipher,
  eyes: Eyes,
  deposits: readonly NewDocument[],
): Promise<Reservation[] | undefined> {
  const rows = deposits.map((deposit) => ({
    id: randomUUID(),
    identifier: plainIdentifier(deposit.uniqueId),
    ...deposit,
    structure: hex(eyes.depositor.document),
  }));
  try {
    // What cannot be read is not reserved either.
    return await prisma.$transaction(async (tx) => {
      const done = await tx.$queryRaw<DocumentRow[]>`
        WITH given AS (
          SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS g(
            id uuid, identifier text, "patientId" uuid, "repositoryUniqueId" text, "uniqueId" text, "setId" uuid,
            "contentDigest" text, hash text, size bigint, "mimeType" text, structure text, labels text[])
        ), d AS (
          INSERT INTO document
            (id, patient_id, repository_unique_id, unique_id, set_id, content_digest, hash, size, mime_type, state,
              structure, labels)
          SELECT id, "patientId", "repositoryUniqueId", "uniqueId", "setId", "contentDigest", hash, size, "mimeType",
            'pending', decode(structure, 'hex'), labels
          FROM given ORDER BY "repositoryUniqueId", "uniqueId"
          ON CONFLICT (repository_unique_id, unique_id) DO NOTHING
          RETURNING *
        ), named AS (
          INSERT INTO document_identifier (value, document_id)
          SELECT given.identifier, d.id FROM d JOIN given ON given.id = d.id
        )
        SELECT ${documentColumns} FROM d JOIN patient p ON p.id = d.patient_id`;
      if (done.length < deposits.length) throw new Held();
      const read = rowReader(cipher, eyes);
      return inOrder(deposits, done).map((row) => ({ state: 'new', document: read(row as DocumentRow) }));
    });
  } catch (error) {
    if (error instanceof Held) return undefined;
    throw error;
  }
}

async function judge(
  prisma: PrismaClient,
  cipher: Cipher,
  eyes: Eyes,
  deposits: readonly NewDocument[],
  holders: DocumentRow[],
): Promise<Reservation[]> {
  const read = rowReader(cipher, eyes);
  return Promise.all(
    inOrder(deposits, holders).map(async (holder, index) => {
      const deposit = deposits[index] as NewDocument;
      return holder === undefined
        ? { state: 'new', document: await unreserved(prisma, cipher, deposit) }
        : { state: stateOf(deposit, holder, eyes), document: read(holder) };
    }),
  );
}

/** See `DocumentStore.foresee`. */
export async function foresee(
  prisma: PrismaClient,
  cipher: Cipher,
  eyes: Eyes,
  deposits: readonly Omit<NewDocument, 'patientId' | 'setId'>[],
  ins: Ins,
): Promise<Foreseen[]> {
  const read = rowReader(cipher, eyes);
  return inOrder(deposits, await findByKeys(prisma, deposits)).map((holder, index) => {
    if (holder === undefined) return { state: 'new' };
    const deposit = deposits[index] as Omit<NewDocument, 'patientId' | 'setId'>;
    const document = read(holder);
    const mine = document.ins.value === ins.value && document.ins.oid === ins.oid;
    return { state: stateOf({ ...deposit, patientId: mine ? holder.patientId : '' }, holder, eyes), document };
  });
}

/** What would have been reserved, had the others been free. */
async function unreserved(prisma: PrismaClient, cipher: Cipher, deposit: NewDocument): Promise<StoredDocument> {
  const { contentDigest: _digest, ...document } = deposit;
  const { insSealed } = await prisma.patient.findUniqueOrThrow({ where: { id: deposit.patientId } });
  const now = new Date();
  const ins = openIns(cipher, deposit.patientId, insSealed);
  return { ...document, id: randomUUID(), ins, state: 'pending', revision: 1, createdAt: now, updatedAt: now };
}

function stateOf(deposit: Omit<NewDocument, 'setId'>, holder: DocumentRow, eyes: Eyes): ReservationState {
  if (holder.patientId !== deposit.patientId) return 'conflict';
  // What another structure deposited is not found again, and its open deposit not taken over, whatever the bytes.
  if (holder.setId !== null && !eyes.isOwn('document', holder.structure)) return 'conflict';
  // Of a document that was not deposited here we know only what the registry says: the hash of what it holds.
  const same =
    holder.contentDigest === null
      ? holder.hash !== null && holder.hash.toLowerCase() === deposit.hash.toLowerCase()
      : holder.contentDigest === deposit.contentDigest;
  if (!same) return 'conflict';
  return holder.state === 'pending' ? 'pending' : 'existing';
}

function inOrder(deposits: readonly DocumentKey[], rows: DocumentRow[]): (DocumentRow | undefined)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return deposits.map((deposit) => byKey.get(keyOf(deposit)));
}
