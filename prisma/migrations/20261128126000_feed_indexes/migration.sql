-- CreateIndex
CREATE INDEX "feed_item_client_created_at_idx" ON "feed_item"("client", "created_at" DESC);

-- CreateIndex
CREATE INDEX "feed_item_owner_created_at_idx" ON "feed_item"("owner", "created_at" DESC);

-- CreateIndex
CREATE INDEX "feed_item_state_lane_structure_created_at_idx" ON "feed_item"("state", "lane", "structure", "created_at");

-- CreateIndex
CREATE INDEX "feed_item_finished_at_idx" ON "feed_item"("finished_at");

-- DropIndex
DROP INDEX "feed_item_state_lane_structure_idx";
