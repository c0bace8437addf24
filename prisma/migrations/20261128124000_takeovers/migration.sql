-- CreateTable
CREATE TABLE "takeover" (
    "id" UUID NOT NULL,
    "structure" BYTEA NOT NULL,
    "client" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "content_sealed" BYTEA NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "takeover_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "takeover_line" (
    "id" UUID NOT NULL,
    "takeover_id" UUID NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "reference" BYTEA NOT NULL,
    "digest" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "item_id" UUID,
    "content_sealed" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "takeover_line_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "takeover_structure_created_at_idx" ON "takeover"("structure", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "takeover_line_number_key" ON "takeover_line"("number");

-- CreateIndex
CREATE INDEX "takeover_line_takeover_id_state_idx" ON "takeover_line"("takeover_id", "state");

-- CreateIndex
CREATE INDEX "takeover_line_takeover_id_number_idx" ON "takeover_line"("takeover_id", "number");

-- CreateIndex
CREATE INDEX "takeover_line_item_id_idx" ON "takeover_line"("item_id");

-- CreateIndex
CREATE UNIQUE INDEX "takeover_line_takeover_id_reference_key" ON "takeover_line"("takeover_id", "reference");

-- AddForeignKey
ALTER TABLE "takeover_line" ADD CONSTRAINT "takeover_line_takeover_id_fkey" FOREIGN KEY ("takeover_id") REFERENCES "takeover"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- See the migration `…_consents_identities_records`: nothing is sealed with a key that is retired or unknown.
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "takeover" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "takeover_line" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();

-- A line keeps what became of its item when that is forgotten, whoever forgets it.
CREATE FUNCTION "keep_takeover_line"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE "takeover_line" SET "state" = OLD."state", "reason" = OLD."reason" WHERE "item_id" = OLD."id";
  RETURN OLD;
END
$$;
CREATE TRIGGER "keep_takeover_line" BEFORE DELETE ON "feed_item" FOR EACH ROW EXECUTE FUNCTION "keep_takeover_line"();
