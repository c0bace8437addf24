-- AlterTable
ALTER TABLE "subscription" ADD COLUMN     "feed_viewer" BYTEA,
ALTER COLUMN "patient_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "subscription_event" ADD COLUMN     "task_id" UUID,
ALTER COLUMN "document_id" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "subscription_feed_viewer_idx" ON "subscription"("feed_viewer");

-- Documents are those of a patient; of Tasks anybody's may be followed.
ALTER TABLE "subscription" ADD CONSTRAINT "subscription_follows" CHECK ("patient_id" IS NOT NULL OR "feed_viewer" IS NOT NULL);
ALTER TABLE "subscription_event" ADD CONSTRAINT "subscription_event_about" CHECK (num_nonnulls("document_id", "task_id") = 1);

-- What a deposit comes to is told in the transaction that makes it so, whoever makes it: nothing is told that did not happen, and
-- nothing that happened is forgotten. Deferred to the end of the transaction: an item that it took back again is not told of, and what
-- counts the events of a subscription (as `addEvents` does) is held no longer than a commit takes.
CREATE FUNCTION "tell_task"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  follower record;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "subscription" WHERE "feed_viewer" IN (NEW."structure", NEW."client", NEW."owner"))
    OR NOT EXISTS (SELECT 1 FROM "feed_item" WHERE "id" = NEW."id") THEN
    RETURN NULL;
  END IF;
  -- Those who tell of several items one after the other would otherwise wait for each other.
  PERFORM pg_advisory_xact_lock(71202640, hashtext(encode(NEW."structure", 'hex')));
  FOR follower IN
    SELECT "id", "events" FROM "subscription"
    WHERE "feed_viewer" IN (NEW."structure", NEW."client", NEW."owner") AND "status" IN ('requested', 'active')
      AND ("patient_id" IS NULL OR "patient_id" = NEW."patient_id")
    ORDER BY "id" FOR UPDATE
  LOOP
    INSERT INTO "subscription_event" ("subscription_id", "key", "number", "at", "task_id")
    VALUES (follower."id", NEW."id" || ' ' || NEW."state" || ' ' || NEW."version", follower."events" + 1, NEW."updated_at", NEW."id")
    ON CONFLICT ("subscription_id", "key") DO NOTHING;
    IF FOUND THEN
      UPDATE "subscription" SET
        "events" = "events" + 1,
        "next_at" = CASE WHEN "status" = 'active'
          THEN least("next_at", greatest(NEW."updated_at", coalesce("retry_at", NEW."updated_at"))) ELSE "next_at" END
      WHERE "id" = follower."id";
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER "is_told_when_proposed" AFTER INSERT ON "feed_item" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW."state" = 'proposed') EXECUTE FUNCTION "tell_task"();
CREATE CONSTRAINT TRIGGER "is_told_when_ended" AFTER UPDATE OF "state" ON "feed_item" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD."state" IS DISTINCT FROM NEW."state"
    AND NEW."state" IN ('delivered', 'refused', 'exhausted', 'cancelled', 'declined'))
  EXECUTE FUNCTION "tell_task"();
