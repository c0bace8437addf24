-- The token of an emergency access that was examined (keyed hash): another token is examined, and put on record, by itself.
ALTER TABLE "dmp_authorization" ADD COLUMN "emergency_token" BYTEA;
