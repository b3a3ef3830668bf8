-- What agents spool is stored many entries a row; entries that come one at a time stay rows of audit_entries, and so do
-- those of earlier versions. An entry is in one of both.
CREATE TABLE "audit_segments" (
    "first_index" BIGINT NOT NULL,
    "end_index" BIGINT NOT NULL,
    "leaves" BYTEA NOT NULL,
    "leaf_hashes" BYTEA NOT NULL,
    "kinds" TEXT[],
    "session_ids" UUID[],
    "principal_ids" UUID[],
    "earliest" TIMESTAMPTZ(6) NOT NULL,
    "latest" TIMESTAMPTZ(6) NOT NULL,
    "agent_id" UUID NOT NULL,
    "spool_id" UUID NOT NULL,
    "first_sequence" BIGINT NOT NULL,
    "operations" BYTEA NOT NULL,
    "first_operation" UUID,
    "last_operation" UUID,
    "statuses" TEXT[],
    "actions" TEXT[],
    "trace_ids" TEXT[],

    CONSTRAINT "audit_segments_pkey" PRIMARY KEY ("first_index"),
    CONSTRAINT "audit_segments_range_check" CHECK ("first_index" >= 0 AND "end_index" - "first_index" BETWEEN 1 AND 512),
    CONSTRAINT "audit_segments_leaf_hashes_check"
      CHECK (octet_length("leaf_hashes") = 32 * ("end_index" - "first_index"))
);

-- Compressing takes the server longer than writing.
ALTER TABLE "audit_segments"
  ALTER COLUMN "leaves" SET STORAGE EXTERNAL,
  ALTER COLUMN "leaf_hashes" SET STORAGE EXTERNAL,
  ALTER COLUMN "operations" SET STORAGE EXTERNAL;

CREATE UNIQUE INDEX "audit_segments_agent_id_spool_id_first_sequence_key"
  ON "audit_segments"("agent_id", "spool_id", "first_sequence");
CREATE INDEX "audit_segments_last_operation_idx" ON "audit_segments"("last_operation");
CREATE INDEX "audit_segments_session_ids_principal_ids_kinds_trace_ids_idx"
  ON "audit_segments" USING GIN ("session_ids", "principal_ids", "kinds", "trace_ids");

CREATE TRIGGER "audit_segments_append_only" BEFORE UPDATE OR DELETE ON "audit_segments"
  FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_segments_no_truncate" BEFORE TRUNCATE ON "audit_segments"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

-- One entry has one place in the log, and one record of a spool is one entry, as unique indexes say of rows. Appends come
-- one after the other (the tree's row is locked), so what is looked for here cannot be on its way.
CREATE FUNCTION "refuse_audit_overlap"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_sequence BIGINT := NEW."first_sequence" + NEW."end_index" - NEW."first_index" - 1;
BEGIN
  IF EXISTS (SELECT 1 FROM "audit_entries" WHERE "index" >= NEW."first_index" AND "index" < NEW."end_index")
    OR (SELECT "end_index" FROM "audit_segments" WHERE "first_index" < NEW."end_index"
        ORDER BY "first_index" DESC LIMIT 1) > NEW."first_index"
    OR EXISTS (SELECT 1 FROM "audit_entries" WHERE "agent_id" = NEW."agent_id" AND "spool_id" = NEW."spool_id"
        AND "sequence" BETWEEN NEW."first_sequence" AND last_sequence)
    OR (SELECT "first_sequence" + "end_index" - "first_index" FROM "audit_segments"
        WHERE "agent_id" = NEW."agent_id" AND "spool_id" = NEW."spool_id" AND "first_sequence" <= last_sequence
        ORDER BY "first_sequence" DESC LIMIT 1) > NEW."first_sequence"
  THEN
    RAISE EXCEPTION 'audit entries are there already' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "audit_segments_no_overlap" BEFORE INSERT ON "audit_segments"
  FOR EACH ROW EXECUTE FUNCTION "refuse_audit_overlap"();

CREATE FUNCTION "refuse_audit_entry_overlap"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT "end_index" FROM "audit_segments" WHERE "first_index" <= NEW."index"
      ORDER BY "first_index" DESC LIMIT 1) > NEW."index"
  THEN
    RAISE EXCEPTION 'audit entries are there already' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "audit_entries_no_overlap" BEFORE INSERT ON "audit_entries"
  FOR EACH ROW EXECUTE FUNCTION "refuse_audit_entry_overlap"();

-- Which spool told of the operation: what a process of the agent left without an outcome is found by it.
ALTER TABLE "operations" ADD COLUMN "spool_id" UUID;
UPDATE "operations" o SET "spool_id" = e."spool_id" FROM "audit_entries" e
  WHERE o."status" = 'forwarded' AND e."session_id" = o."session_id" AND e."operation_id" = o."id"
    AND e."spool_id" IS NOT NULL;
