-- CreateTable
CREATE TABLE "registry_structure" (
    "id" UUID NOT NULL,
    "structure_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "content_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "registry_structure_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "registry_certificate" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "chain" TEXT NOT NULL,
    "key_sealed" BYTEA NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "registry_certificate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "registry_client" (
    "id" UUID NOT NULL,
    "client_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "content_sealed" BYTEA NOT NULL,
    "secret_sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "registry_client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "registry_change" (
    "id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "entry" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "content_sealed" BYTEA NOT NULL,

    CONSTRAINT "registry_change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "registry_structure_structure_id_key" ON "registry_structure"("structure_id");

-- CreateIndex
CREATE UNIQUE INDEX "registry_certificate_owner_id_kind_fingerprint_key" ON "registry_certificate"("owner_id", "kind", "fingerprint");

-- CreateIndex
CREATE UNIQUE INDEX "registry_client_client_id_key" ON "registry_client"("client_id");

-- CreateIndex
CREATE UNIQUE INDEX "registry_change_number_key" ON "registry_change"("number");

-- CreateIndex
CREATE INDEX "registry_change_entry_entry_id_number_idx" ON "registry_change"("entry", "entry_id", "number");

-- AddForeignKey
ALTER TABLE "registry_certificate" ADD CONSTRAINT "registry_certificate_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "registry_structure"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What Prisma's schema language cannot say
ALTER TABLE "registry_structure" ADD CONSTRAINT "registry_structure_state_check" CHECK ("state" IN ('active', 'withdrawn'));
ALTER TABLE "registry_certificate" ADD CONSTRAINT "registry_certificate_state_check" CHECK ("state" IN ('active', 'withdrawn'));
ALTER TABLE "registry_certificate" ADD CONSTRAINT "registry_certificate_kind_check" CHECK ("kind" IN ('tls', 'seal'));
ALTER TABLE "registry_client" ADD CONSTRAINT "registry_client_state_check" CHECK ("state" IN ('active', 'withdrawn'));
ALTER TABLE "registry_change" ADD CONSTRAINT "registry_change_entry_check" CHECK ("entry" IN ('structure', 'client'));

CREATE TRIGGER "append_only_rows" BEFORE UPDATE OR DELETE ON "registry_change" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "registry_change" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();

CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "registry_structure" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "key_sealed" ON "registry_certificate" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."key_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "registry_client" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
-- One for each column: sealing anew takes one after the other.
CREATE TRIGGER "key_is_current_2" BEFORE INSERT OR UPDATE OF "secret_sealed" ON "registry_client" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."secret_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "registry_change" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
