-- What is in force is said by the ledger in the audit log, and no longer by a column of the row.
ALTER TABLE "issuers" DROP COLUMN "seal";
ALTER TABLE "roles" DROP COLUMN "seal";
ALTER TABLE "role_bindings" DROP COLUMN "seal";
DROP TABLE "sealed_sets";

-- AlterTable
ALTER TABLE "checkpoints" ADD COLUMN "ledger_number" BIGINT NOT NULL DEFAULT 0, ADD COLUMN "seal" BYTEA;
