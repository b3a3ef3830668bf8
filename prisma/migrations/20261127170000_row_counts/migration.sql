-- CreateTable
CREATE TABLE "row_counts" (
    "principal_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "minute" INTEGER NOT NULL,
    "rows" BIGINT NOT NULL,

    CONSTRAINT "row_counts_pkey" PRIMARY KEY ("principal_id", "connection_id", "minute")
);

-- CreateIndex
CREATE INDEX "row_counts_minute_idx" ON "row_counts"("minute");
