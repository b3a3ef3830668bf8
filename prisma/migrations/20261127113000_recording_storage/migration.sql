-- PostgreSQL's own compression takes longer over a chunk than everything else that is done with it. LZ4 is far faster;
-- where the server was built without it, chunks are stored as they are.
DO $$
BEGIN
  ALTER TABLE "recording_chunks" ALTER COLUMN "data" SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  ALTER TABLE "recording_chunks" ALTER COLUMN "data" SET STORAGE EXTERNAL;
END
$$;
