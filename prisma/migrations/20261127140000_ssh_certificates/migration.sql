-- CreateTable
CREATE TABLE "ssh_certificates" (
    "id" UUID NOT NULL,
    "serial" TEXT NOT NULL,
    "principal_id" UUID NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "connections" TEXT[],
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ssh_certificates_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ssh_certificates_serial_key" ON "ssh_certificates"("serial");

-- CreateIndex
CREATE INDEX "ssh_certificates_principal_id_idx" ON "ssh_certificates"("principal_id");

-- AddForeignKey
ALTER TABLE "ssh_certificates" ADD CONSTRAINT "ssh_certificates_principal_id_fkey" FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE CASCADE ON UPDATE CASCADE;
