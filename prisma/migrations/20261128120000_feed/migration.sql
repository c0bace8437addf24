-- CreateTable
CREATE TABLE "feed_item" (
    "id" UUID NOT NULL,
    "place" BIGSERIAL NOT NULL,
    "structure" BYTEA NOT NULL,
    "client" BYTEA NOT NULL,
    "owner" BYTEA NOT NULL,
    "patient_id" UUID NOT NULL,
    "takeover_id" UUID,
    "lane" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "digest" BYTEA NOT NULL,
    "size" BIGINT NOT NULL,
    "content_sealed" BYTEA,
    "result_sealed" BYTEA,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "uncertain" BOOLEAN NOT NULL DEFAULT false,
    "next_at" TIMESTAMPTZ(3),
    "lease_owner" UUID,
    "claim" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "feed_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed_document" (
    "unique" BYTEA NOT NULL,
    "item_id" UUID NOT NULL,

    CONSTRAINT "feed_document_pkey" PRIMARY KEY ("unique")
);

-- CreateIndex
CREATE UNIQUE INDEX "feed_item_place_key" ON "feed_item"("place");

-- CreateIndex
CREATE INDEX "feed_item_structure_patient_id_place_idx" ON "feed_item"("structure", "patient_id", "place");

-- CreateIndex
CREATE INDEX "feed_item_structure_created_at_idx" ON "feed_item"("structure", "created_at" DESC);

-- CreateIndex
CREATE INDEX "feed_item_takeover_id_state_idx" ON "feed_item"("takeover_id", "state");

-- CreateIndex
CREATE INDEX "feed_item_state_lane_structure_idx" ON "feed_item"("state", "lane", "structure");

-- CreateIndex
CREATE INDEX "feed_item_lease_until_idx" ON "feed_item"("lease_until");

-- CreateIndex
CREATE INDEX "feed_document_item_id_idx" ON "feed_document"("item_id");

-- AddForeignKey
ALTER TABLE "feed_item" ADD CONSTRAINT "feed_item_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feed_document" ADD CONSTRAINT "feed_document_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "feed_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- See the migration `…_consents_identities_records`: nothing is sealed with a key that is retired or unknown.
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "feed_item" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current_2" BEFORE INSERT OR UPDATE OF "result_sealed" ON "feed_item" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."result_sealed")) EXECUTE FUNCTION "refuse_key"();
