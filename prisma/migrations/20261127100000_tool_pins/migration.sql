-- CreateTable
CREATE TABLE "tool_pins" (
    "connection_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "accepted_by" UUID,
    "accepted_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "offered_digest" TEXT,
    "offered_definition" JSONB,
    "offered_at" TIMESTAMPTZ(6),

    CONSTRAINT "tool_pins_pkey" PRIMARY KEY ("connection_id","name")
);

-- AddForeignKey
ALTER TABLE "tool_pins" ADD CONSTRAINT "tool_pins_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
