-- AlterTable
ALTER TABLE "issuers" ADD COLUMN "seal" BYTEA;
ALTER TABLE "roles" ADD COLUMN "seal" BYTEA;
ALTER TABLE "role_bindings" ADD COLUMN "seal" BYTEA;
ALTER TABLE "approval_requests" ADD COLUMN "seal" BYTEA, ADD COLUMN "grant_seal" BYTEA;
ALTER TABLE "votes" ADD COLUMN "seal" BYTEA;

-- CreateTable
CREATE TABLE "sealed_sets" (
    "name" TEXT NOT NULL,
    "seal" BYTEA NOT NULL,

    CONSTRAINT "sealed_sets_pkey" PRIMARY KEY ("name")
);
