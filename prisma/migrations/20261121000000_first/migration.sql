-- CreateTable
CREATE TABLE "store_key" (
    "key_id" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "store_key_pkey" PRIMARY KEY ("key_id")
);

-- CreateTable
CREATE TABLE "patient" (
    "id" UUID NOT NULL,
    "ins_sealed" BYTEA NOT NULL,
    "ins_index" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "patient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document" (
    "id" UUID NOT NULL,
    "patient_id" UUID NOT NULL,
    "repository_unique_id" TEXT NOT NULL,
    "unique_id" TEXT NOT NULL,
    "logical_id" TEXT,
    "entry_uuid" TEXT,
    "version" TEXT,
    "hash" TEXT,
    "size" BIGINT,
    "mime_type" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "set_id" UUID,
    "content_digest" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document_identifier" (
    "value" TEXT NOT NULL,
    "document_id" UUID NOT NULL,

    CONSTRAINT "document_identifier_pkey" PRIMARY KEY ("value","document_id")
);

-- CreateTable
CREATE TABLE "submission_set" (
    "id" UUID NOT NULL,
    "patient_id" UUID NOT NULL,
    "unique_id" TEXT NOT NULL,
    "payload_sealed" BYTEA NOT NULL,
    "document_ids" UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "submission_set_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "search" (
    "id" BYTEA NOT NULL,
    "owner" BYTEA NOT NULL,
    "payload_sealed" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "search_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "patient_ins_index_key" ON "patient"("ins_index");

-- CreateIndex
CREATE INDEX "document_patient_id_idx" ON "document"("patient_id");

-- CreateIndex
CREATE UNIQUE INDEX "document_repository_unique_id_unique_id_key" ON "document"("repository_unique_id", "unique_id");

-- CreateIndex
CREATE INDEX "document_identifier_document_id_idx" ON "document_identifier"("document_id");

-- CreateIndex
CREATE UNIQUE INDEX "submission_set_unique_id_key" ON "submission_set"("unique_id");

-- CreateIndex
CREATE INDEX "submission_set_patient_id_idx" ON "submission_set"("patient_id");

-- CreateIndex
CREATE INDEX "search_expires_at_idx" ON "search"("expires_at");

-- AddForeignKey
ALTER TABLE "document" ADD CONSTRAINT "document_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_identifier" ADD CONSTRAINT "document_identifier_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "submission_set" ADD CONSTRAINT "submission_set_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema language cannot say
ALTER TABLE "document" ADD CONSTRAINT "document_state_check" CHECK ("state" IN ('pending', 'confirmed', 'seen'));
