-- What the DMP said of an authorisation is good for the structure that asked: the authorisation may be the structure's.

-- AlterTable
ALTER TABLE "dmp_authorization" ADD COLUMN     "checked_for" TEXT;


