-- Every request and every call of the DMP on record: nobody known, an outcome that is not known yet, and what it is found by.

-- DropIndex
DROP INDEX "kept_record_patient_id_idx";

-- AlterTable
ALTER TABLE "kept_record" ADD COLUMN     "terms" BYTEA[],
ALTER COLUMN "person" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "kept_record_structure_person_at_id_idx" ON "kept_record"("structure", "person", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "kept_record_patient_id_at_id_idx" ON "kept_record"("patient_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "kept_record_terms_idx" ON "kept_record" USING GIN ("terms");

-- What Prisma's schema language cannot say
ALTER TABLE "kept_record" DROP CONSTRAINT "kept_record_outcome_check";
ALTER TABLE "kept_record" ADD CONSTRAINT "kept_record_outcome_check" CHECK ("outcome" IN ('pending', 'success', 'refused', 'failure', 'major'));
