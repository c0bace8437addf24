-- AlterTable
ALTER TABLE "document" ADD COLUMN     "availability_status" TEXT,
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1;
