-- What the authorization server keeps, and its keys.

-- CreateTable
CREATE TABLE "oauth_item" (
    "id" BYTEA NOT NULL,
    "kind" TEXT NOT NULL,
    "grant_index" BYTEA,
    "session_index" BYTEA,
    "content_sealed" BYTEA NOT NULL,
    "consumed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oauth_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "oauth_key" (
    "id" UUID NOT NULL,
    "content_sealed" BYTEA NOT NULL,
    "purpose" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "used_from" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oauth_key_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "oauth_item_grant_index_kind_idx" ON "oauth_item"("grant_index", "kind");

-- CreateIndex
CREATE INDEX "oauth_item_session_index_kind_idx" ON "oauth_item"("session_index", "kind");

-- CreateIndex
CREATE INDEX "oauth_item_expires_at_idx" ON "oauth_item"("expires_at");

-- CreateIndex
CREATE INDEX "oauth_key_purpose_used_from_idx" ON "oauth_key"("purpose", "used_from");



-- What Prisma's schema language cannot say
ALTER TABLE "oauth_key" ADD CONSTRAINT "oauth_key_purpose_check" CHECK ("purpose" IN ('sign', 'cookie'));

CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "oauth_item" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
CREATE TRIGGER "key_is_current" BEFORE INSERT OR UPDATE OF "content_sealed" ON "oauth_key" FOR EACH ROW WHEN (NOT "is_sealed_for_good"(NEW."content_sealed")) EXECUTE FUNCTION "refuse_key"();
