-- The W3C trace that the client claims in a statement's trailing comment or a request's header.
ALTER TABLE "operations" ADD COLUMN "trace_id" TEXT GENERATED ALWAYS AS (
  lower(substring("text" FROM '(?i)traceparent[^0-9a-z]{1,4}00-([0-9a-f]{32})-'))
) STORED;
CREATE INDEX "operations_trace_id_idx" ON "operations"("trace_id") WHERE "trace_id" IS NOT NULL;
