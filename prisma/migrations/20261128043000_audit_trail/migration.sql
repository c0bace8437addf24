-- Records are chained, the chain is signed at intervals, and what is old enough and exported may leave (docs/audit.md).

-- AlterTable
ALTER TABLE "kept_record" ADD COLUMN     "hash" BYTEA,
ADD COLUMN     "seq" BIGINT,
ADD COLUMN     "stream" UUID,
ADD COLUMN IF NOT EXISTS "terms" BYTEA[],
ALTER COLUMN "person" DROP NOT NULL;

-- CreateTable
CREATE TABLE "audit_stream" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "pruned_seq" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "audit_stream_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_checkpoint" (
    "number" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "token" TEXT NOT NULL,
    "introduces" TEXT,

    CONSTRAINT "audit_checkpoint_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "audit_key" (
    "id" UUID NOT NULL,
    "thumbprint" TEXT NOT NULL,
    "private_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_feed" (
    "id" TEXT NOT NULL,
    "lease_owner" UUID,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "audit_feed_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_feed_cursor" (
    "feed_id" TEXT NOT NULL,
    "stream" UUID NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "audit_feed_cursor_pkey" PRIMARY KEY ("feed_id","stream")
);

-- CreateIndex
CREATE UNIQUE INDEX "audit_key_thumbprint_key" ON "audit_key"("thumbprint");

-- CreateIndex
CREATE UNIQUE INDEX "kept_record_stream_seq_key" ON "kept_record"("stream", "seq");

-- AddForeignKey
ALTER TABLE "audit_feed_cursor" ADD CONSTRAINT "audit_feed_cursor_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "audit_feed"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema language cannot say
-- From now on there is no record outside the chain.
CREATE FUNCTION "refuse_unchained"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% takes chained records only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "is_chained" BEFORE INSERT ON "kept_record" FOR EACH ROW
  WHEN (NEW."stream" IS NULL OR NEW."seq" IS NULL OR NEW."hash" IS NULL) EXECUTE FUNCTION "refuse_unchained"();

-- A record leaves by one way: whoever prunes says until when, and its stream says up to where; both stand in a signed checkpoint.
CREATE FUNCTION "append_only_until_pruned"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  pruned_until timestamptz := nullif(current_setting('dmp_fhir.prune', true), '')::timestamptz;
BEGIN
  IF OLD.at < pruned_until AND (
    OLD.stream IS NULL OR EXISTS (SELECT 1 FROM "audit_stream" WHERE "id" = OLD.stream AND "pruned_seq" >= OLD.seq)
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER "append_only_rows" ON "kept_record";
CREATE TRIGGER "append_only_rows" BEFORE UPDATE ON "kept_record" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_until_pruned" BEFORE DELETE ON "kept_record" FOR EACH ROW EXECUTE FUNCTION "append_only_until_pruned"();

CREATE TRIGGER "append_only_rows" BEFORE UPDATE OR DELETE ON "audit_checkpoint" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "audit_checkpoint" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_rows" BEFORE DELETE ON "audit_stream" FOR EACH ROW EXECUTE FUNCTION "append_only"();
CREATE TRIGGER "append_only_table" BEFORE TRUNCATE ON "audit_stream" FOR EACH STATEMENT EXECUTE FUNCTION "append_only"();

CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "private_sealed" ON "audit_key" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."private_sealed")) EXECUTE FUNCTION "refuse_key"();
