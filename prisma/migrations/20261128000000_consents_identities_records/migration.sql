-- Consents, authorisations, identities, corrections and records; whose a document is and who may see it; keys that are wrapped.

-- AlterTable
ALTER TABLE "document" ADD COLUMN     "labels" TEXT[],
ADD COLUMN     "structure" BYTEA;

-- AlterTable
ALTER TABLE "store_key" DROP CONSTRAINT "store_key_pkey",
ADD COLUMN     "purpose" TEXT NOT NULL DEFAULT 'seal',
ADD COLUMN     "retired_at" TIMESTAMPTZ(3),
ADD COLUMN     "seals_from" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "wrapped" BYTEA,
ADD CONSTRAINT "store_key_pkey" PRIMARY KEY ("purpose", "key_id");

-- CreateTable
CREATE TABLE "consent" (
    "id" UUID NOT NULL,
    "patient_id" UUID NOT NULL,
    "structure" BYTEA NOT NULL,
    "topic" TEXT NOT NULL,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_version" (
    "id" UUID NOT NULL,
    "consent_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),
    "content_sealed" BYTEA NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dmp_authorization" (
    "id" UUID NOT NULL,
    "patient_id" UUID NOT NULL,
    "holder" BYTEA NOT NULL,
    "holder_sealed" BYTEA NOT NULL,
    "status" TEXT,
    "treating_physician" BOOLEAN,
    "checked_at" TIMESTAMPTZ(3),
    "declared_at" TIMESTAMPTZ(3),
    "declaring_until" TIMESTAMPTZ(3),
    "emergency_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dmp_authorization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "identity" (
    "id" UUID NOT NULL,
    "structure" BYTEA NOT NULL,
    "local_index" BYTEA NOT NULL,
    "ins_index" BYTEA,
    "patient_id" UUID,
    "reliability" TEXT,
    "content_sealed" BYTEA NOT NULL,
    "active" BOOLEAN NOT NULL,
    "replaced_by" UUID,
    "differences" TEXT[],
    "compared_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "identity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "identity_event" (
    "id" UUID NOT NULL,
    "identity_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "content_sealed" BYTEA NOT NULL,

    CONSTRAINT "identity_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "correction" (
    "id" UUID NOT NULL,
    "structure" BYTEA NOT NULL,
    "wrong_patient_id" UUID NOT NULL,
    "right_patient_id" UUID,
    "content_sealed" BYTEA NOT NULL,
    "items" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "correction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kept_record" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "structure" BYTEA NOT NULL,
    "person" BYTEA NOT NULL,
    "client_id" TEXT NOT NULL,
    "request_id" TEXT,
    "patient_id" UUID,
    "outcome" TEXT NOT NULL,
    "content_sealed" BYTEA NOT NULL,

    CONSTRAINT "kept_record_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "consent_patient_id_structure_topic_key" ON "consent"("patient_id", "structure", "topic");

-- CreateIndex
CREATE UNIQUE INDEX "consent_version_consent_id_version_key" ON "consent_version"("consent_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "dmp_authorization_patient_id_holder_key" ON "dmp_authorization"("patient_id", "holder");

-- CreateIndex
CREATE UNIQUE INDEX "identity_local_index_key" ON "identity"("local_index");

-- CreateIndex
CREATE INDEX "identity_ins_index_idx" ON "identity"("ins_index");

-- CreateIndex
CREATE INDEX "identity_patient_id_idx" ON "identity"("patient_id");

-- CreateIndex
CREATE INDEX "identity_replaced_by_idx" ON "identity"("replaced_by");

-- CreateIndex
CREATE UNIQUE INDEX "identity_event_identity_id_number_key" ON "identity_event"("identity_id", "number");

-- CreateIndex
CREATE INDEX "correction_structure_created_at_idx" ON "correction"("structure", "created_at");

-- CreateIndex
CREATE INDEX "correction_wrong_patient_id_idx" ON "correction"("wrong_patient_id");

-- CreateIndex
CREATE INDEX "correction_right_patient_id_idx" ON "correction"("right_patient_id");

-- CreateIndex
CREATE INDEX "kept_record_structure_at_id_idx" ON "kept_record"("structure", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "kept_record_patient_id_idx" ON "kept_record"("patient_id");

-- CreateIndex
CREATE INDEX "document_structure_created_at_idx" ON "document"("structure", "created_at");

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent_version" ADD CONSTRAINT "consent_version_consent_id_fkey" FOREIGN KEY ("consent_id") REFERENCES "consent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dmp_authorization" ADD CONSTRAINT "dmp_authorization_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "identity" ADD CONSTRAINT "identity_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "identity" ADD CONSTRAINT "identity_replaced_by_fkey" FOREIGN KEY ("replaced_by") REFERENCES "identity"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "identity_event" ADD CONSTRAINT "identity_event_identity_id_fkey" FOREIGN KEY ("identity_id") REFERENCES "identity"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "correction" ADD CONSTRAINT "correction_wrong_patient_id_fkey" FOREIGN KEY ("wrong_patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "correction" ADD CONSTRAINT "correction_right_patient_id_fkey" FOREIGN KEY ("right_patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kept_record" ADD CONSTRAINT "kept_record_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema language cannot say
ALTER TABLE "store_key" ADD CONSTRAINT "store_key_purpose_check" CHECK ("purpose" IN ('seal', 'index'));
ALTER TABLE "consent_version" ADD CONSTRAINT "consent_version_status_check" CHECK ("status" IN ('active', 'inactive', 'entered-in-error'));
ALTER TABLE "consent_version" ADD CONSTRAINT "consent_version_decision_check" CHECK ("decision" IN ('permit', 'deny'));
ALTER TABLE "correction" ADD CONSTRAINT "correction_state_check" CHECK ("state" IN ('open', 'done'));
ALTER TABLE "kept_record" ADD CONSTRAINT "kept_record_outcome_check" CHECK ("outcome" IN ('success', 'refused', 'failure'));

-- What is on record stays: no change, no removal. The one exception changes no content: sealed with another key
-- (bytes 2 to 5 of a sealed value say which), by who says that this is what it does.
CREATE FUNCTION "append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME <> 'consent' AND current_setting('dmp_fhir.reseal', true) = 'on' THEN
    IF to_jsonb(NEW) - 'content_sealed' = to_jsonb(OLD) - 'content_sealed'
      AND substring(NEW.content_sealed FROM 2 FOR 4) <> substring(OLD.content_sealed FROM 2 FOR 4) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER "append_only_rows" BEFORE UPDATE OR DELETE ON "consent" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_rows" BEFORE UPDATE OR DELETE ON "consent_version" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_rows" BEFORE UPDATE OR DELETE ON "identity_event" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_rows" BEFORE UPDATE OR DELETE ON "kept_record" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "consent" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "consent_version" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "identity_event" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "kept_record" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();

-- Nothing is written with a key that was retired, or is not known: it could not be opened once the key is gone. Whoever
-- retires a key takes the lock for itself, and so waits for those who still write with it.
CREATE FUNCTION "is_sealed_for_good"(sealed bytea) RETURNS boolean LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF sealed IS NULL THEN RETURN true; END IF;
  PERFORM pg_advisory_xact_lock_shared(71202611);
  RETURN EXISTS (
    SELECT 1 FROM "store_key"
    WHERE "purpose" = 'seal' AND "key_id" = substring(sealed FROM 2 FOR 4) AND "retired_at" IS NULL
  );
END $$;
CREATE FUNCTION "refuse_key"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is sealed with a key that is retired or unknown', TG_TABLE_NAME USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "ins_sealed" ON "patient" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."ins_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "payload_sealed" ON "list" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."payload_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "payload_sealed" ON "search" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."payload_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "subscription" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "consent_version" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "holder_sealed" ON "dmp_authorization" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."holder_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "identity" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "identity_event" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "correction" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "kept_record" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
