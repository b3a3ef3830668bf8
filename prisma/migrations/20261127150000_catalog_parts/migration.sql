-- Catalogs are kept in parts. Agents announce theirs when they attach, and send what is missing.
DELETE FROM "catalogs";
ALTER TABLE "catalogs" DROP COLUMN "body", ADD COLUMN "manifest" BYTEA NOT NULL, ADD COLUMN "parts" TEXT[];

-- CreateTable
CREATE TABLE "catalog_parts" (
    "digest" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "stored_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "catalog_parts_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "catalog_steps" (
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "database" TEXT NOT NULL,
    "agent_id" UUID NOT NULL,
    "former" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "changes" JSONB NOT NULL,
    "total" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "catalog_steps_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "catalog_steps_connection_id_id_idx" ON "catalog_steps"("connection_id", "id");
