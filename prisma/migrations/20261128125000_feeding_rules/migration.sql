-- CreateTable
CREATE TABLE "feeding_rules" (
    "id" UUID NOT NULL,
    "structure" BYTEA NOT NULL,
    "number" INTEGER NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "content_sealed" BYTEA NOT NULL,

    CONSTRAINT "feeding_rules_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "feeding_rules_structure_number_key" ON "feeding_rules"("structure", "number");



-- What Prisma's schema language cannot say. See the migration `…_consents_identities_records`: what was decided stays on record, and
-- nothing is sealed with a key that is retired or unknown.
CREATE TRIGGER "append_only_rows" BEFORE UPDATE OR DELETE ON "feeding_rules" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "feeding_rules" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "feeding_rules" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
