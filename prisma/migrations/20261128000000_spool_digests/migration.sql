-- AlterTable
ALTER TABLE "spool_positions" ADD COLUMN "last_digest" BYTEA;
