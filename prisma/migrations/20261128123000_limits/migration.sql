-- CreateTable
CREATE TABLE "feed_limit" (
    "key" BYTEA NOT NULL,
    "next_at" TIMESTAMPTZ(6) NOT NULL,
    "day" DATE NOT NULL,
    "documents" INTEGER NOT NULL DEFAULT 0,
    "factor" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "slowed_at" TIMESTAMPTZ(3),
    "latency_ms" DOUBLE PRECISION,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "openings" INTEGER NOT NULL DEFAULT 0,
    "open_until" TIMESTAMPTZ(3),
    "probe_until" TIMESTAMPTZ(3),

    CONSTRAINT "feed_limit_pkey" PRIMARY KEY ("key")
);
