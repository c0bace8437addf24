-- CreateTable
CREATE TABLE "subscription" (
    "id" UUID NOT NULL,
    "owner" BYTEA NOT NULL,
    "structure" BYTEA NOT NULL,
    "patient_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "content_sealed" BYTEA NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "events" INTEGER NOT NULL DEFAULT 0,
    "delivered" INTEGER NOT NULL DEFAULT 0,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "poll_at" TIMESTAMPTZ(3),
    "retry_at" TIMESTAMPTZ(3),
    "heartbeat_at" TIMESTAMPTZ(3),
    "quiet_polls" INTEGER NOT NULL DEFAULT 0,
    "failed_polls" INTEGER NOT NULL DEFAULT 0,
    "failed_deliveries" INTEGER NOT NULL DEFAULT 0,
    "farewell" BOOLEAN NOT NULL DEFAULT false,
    "deleted_at" TIMESTAMPTZ(3),
    "next_at" TIMESTAMPTZ(3),
    "lease_owner" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscription_event" (
    "subscription_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "number" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "document_id" UUID NOT NULL,

    CONSTRAINT "subscription_event_pkey" PRIMARY KEY ("subscription_id","key")
);

-- CreateIndex
CREATE INDEX "subscription_next_at_idx" ON "subscription"("next_at");

-- CreateIndex
CREATE INDEX "subscription_owner_idx" ON "subscription"("owner");

-- CreateIndex
CREATE INDEX "subscription_patient_id_idx" ON "subscription"("patient_id");

-- CreateIndex
CREATE INDEX "subscription_event_subscription_id_number_idx" ON "subscription_event"("subscription_id", "number");

-- AddForeignKey
ALTER TABLE "subscription" ADD CONSTRAINT "subscription_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscription_event" ADD CONSTRAINT "subscription_event_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscription"("id") ON DELETE CASCADE ON UPDATE CASCADE;
