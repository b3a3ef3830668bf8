-- CreateTable
CREATE TABLE "principal_keys" (
    "id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "created_by" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "principal_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "principal_keys_fingerprint_key" ON "principal_keys"("fingerprint");

-- CreateIndex
CREATE INDEX "principal_keys_principal_id_idx" ON "principal_keys"("principal_id");

-- AddForeignKey
ALTER TABLE "principal_keys" ADD CONSTRAINT "principal_keys_principal_id_fkey" FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE CASCADE ON UPDATE CASCADE;
