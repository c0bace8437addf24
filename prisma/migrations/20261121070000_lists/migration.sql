-- The sets deposited here become lists like those that are seen in the registry; what they hold stays as it is.
ALTER TABLE "submission_set" RENAME TO "list";
ALTER TABLE "list" RENAME CONSTRAINT "submission_set_pkey" TO "list_pkey";
ALTER TABLE "list" RENAME CONSTRAINT "submission_set_patient_id_fkey" TO "list_patient_id_fkey";
ALTER INDEX "submission_set_patient_id_idx" RENAME TO "list_patient_id_idx";
DROP INDEX "submission_set_unique_id_key";

ALTER TABLE "list"
  ADD COLUMN "kind" TEXT,
  ADD COLUMN "entry_uuid" TEXT,
  ADD COLUMN "version" TEXT,
  ADD COLUMN "submitted_at" TEXT,
  ADD COLUMN "updated_at" TIMESTAMPTZ(3),
  ALTER COLUMN "payload_sealed" DROP NOT NULL;
UPDATE "list" SET "kind" = 'submissionset', "updated_at" = "created_at";
ALTER TABLE "list"
  ALTER COLUMN "kind" SET NOT NULL,
  ALTER COLUMN "updated_at" SET NOT NULL,
  ALTER COLUMN "updated_at" SET DEFAULT CURRENT_TIMESTAMP;
CREATE UNIQUE INDEX "list_kind_unique_id_key" ON "list"("kind", "unique_id");

CREATE TABLE "list_identifier" (
    "value" TEXT NOT NULL,
    "list_id" UUID NOT NULL,

    CONSTRAINT "list_identifier_pkey" PRIMARY KEY ("value","list_id")
);
CREATE INDEX "list_identifier_list_id_idx" ON "list_identifier"("list_id");
ALTER TABLE "list_identifier" ADD CONSTRAINT "list_identifier_list_id_fkey" FOREIGN KEY ("list_id") REFERENCES "list"("id") ON DELETE CASCADE ON UPDATE CASCADE;
INSERT INTO "list_identifier" ("value", "list_id") SELECT "unique_id", "id" FROM "list";
