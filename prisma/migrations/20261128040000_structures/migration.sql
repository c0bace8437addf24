-- AlterTable
ALTER TABLE "list" ADD COLUMN     "structure" BYTEA;

-- CreateTable
CREATE TABLE "patient_structure" (
    "patient_id" UUID NOT NULL,
    "structure" BYTEA NOT NULL,

    CONSTRAINT "patient_structure_pkey" PRIMARY KEY ("patient_id","structure")
);

-- AddForeignKey
ALTER TABLE "patient_structure" ADD CONSTRAINT "patient_structure_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What is here was made for the one structure that there was, whose keyed hash SQL cannot make: empty stands for it.
INSERT INTO "patient_structure" ("patient_id", "structure") SELECT "id", '\x' FROM "patient";
UPDATE "list" SET "structure" = '\x' WHERE "payload_sealed" IS NOT NULL;

-- What Prisma's schema language cannot say
ALTER TABLE "list" ADD CONSTRAINT "list_structure_check" CHECK ("structure" IS NOT NULL OR "payload_sealed" IS NULL);
