-- CreateEnum
CREATE TYPE "principal_kind" AS ENUM ('person', 'workload');

-- CreateEnum
CREATE TYPE "credential_kind" AS ENUM ('password', 'certificate', 'none');

-- CreateEnum
CREATE TYPE "policy_state" AS ENUM ('draft', 'dry-run', 'active', 'retired');

-- CreateEnum
CREATE TYPE "session_state" AS ENUM ('open', 'ended');

-- CreateEnum
CREATE TYPE "approval_state" AS ENUM ('pending', 'approved', 'rejected', 'expired', 'cancelled', 'consumed');

-- CreateTable
CREATE TABLE "issuers" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "audiences" TEXT[],
    "algorithms" TEXT[],
    "group_claims" TEXT[],
    "client_id" TEXT NOT NULL DEFAULT '',
    "client_secret" BYTEA,
    "person_claim" TEXT NOT NULL DEFAULT '',
    "owner_claim" TEXT NOT NULL DEFAULT 'owner',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "issuers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "principals" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "kind" "principal_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL DEFAULT '',
    "groups" TEXT[],
    "claims" JSONB NOT NULL DEFAULT '{}',
    "owner" TEXT NOT NULL DEFAULT '',
    "disabled" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "last_seen_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "principals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "roles" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "permissions" TEXT[],
    "built_in" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_bindings" (
    "id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "connections" TEXT[],
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "role_bindings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connections" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "protocol" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "endpoints" JSONB NOT NULL,
    "tls" JSONB NOT NULL DEFAULT '{"mode":"verify-full"}',
    "database" TEXT NOT NULL DEFAULT '',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "limits" JSONB NOT NULL DEFAULT '{}',
    "fsync" TEXT NOT NULL DEFAULT 'batched',
    "recording" TEXT NOT NULL DEFAULT 'full',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credentials" (
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "kind" "credential_kind" NOT NULL,
    "username" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "master_key_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "retired_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sealed_secrets" (
    "name" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "master_key_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealed_secrets_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "agents" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "serial" TEXT NOT NULL DEFAULT '',
    "certificate_until" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),
    "software_version" TEXT NOT NULL DEFAULT '',
    "protocols" TEXT[],
    "listeners" JSONB NOT NULL DEFAULT '[]',
    "health" JSONB NOT NULL DEFAULT '{}',
    "last_seen_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "agents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_connections" (
    "agent_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "listeners" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "agent_connections_pkey" PRIMARY KEY ("agent_id","connection_id")
);

-- CreateTable
CREATE TABLE "join_tokens" (
    "id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "agent_name" TEXT NOT NULL,
    "connections" TEXT[],
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),
    "used_by_agent" UUID,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "join_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policies" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "state" "policy_state" NOT NULL,
    "source" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_epoch" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "epoch" BIGINT NOT NULL DEFAULT 1,

    CONSTRAINT "policy_epoch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalogs" (
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "database" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "catalogs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "connection" TEXT NOT NULL,
    "protocol" TEXT NOT NULL,
    "principal_id" UUID NOT NULL,
    "principal" TEXT NOT NULL,
    "agent_id" UUID NOT NULL,
    "agent" TEXT NOT NULL,
    "replica" TEXT NOT NULL DEFAULT '',
    "database" TEXT NOT NULL,
    "client_address" TEXT NOT NULL,
    "claimed" JSONB NOT NULL DEFAULT '{}',
    "state" "session_state" NOT NULL DEFAULT 'open',
    "end_reason" TEXT NOT NULL DEFAULT '',
    "operations" INTEGER NOT NULL DEFAULT 0,
    "bytes_in" BIGINT NOT NULL DEFAULT 0,
    "bytes_out" BIGINT NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operations" (
    "id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "summary" TEXT NOT NULL DEFAULT '',
    "text" TEXT NOT NULL DEFAULT '',
    "text_digest" BYTEA NOT NULL,
    "text_bytes" BIGINT NOT NULL DEFAULT 0,
    "parameters" JSONB NOT NULL DEFAULT '[]',
    "status" TEXT NOT NULL,
    "determined_by" JSONB NOT NULL DEFAULT '[]',
    "actions" TEXT[],
    "approval_id" UUID,
    "rows" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "masked_cells" BIGINT NOT NULL DEFAULT 0,
    "completion" TEXT NOT NULL DEFAULT '',
    "error_code" TEXT NOT NULL DEFAULT '',
    "error_message" TEXT NOT NULL DEFAULT '',
    "duration_micros" BIGINT,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "operations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval_requests" (
    "id" UUID NOT NULL,
    "state" "approval_state" NOT NULL DEFAULT 'pending',
    "digest" TEXT NOT NULL,
    "session_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "connection" TEXT NOT NULL,
    "database" TEXT NOT NULL,
    "requester_id" UUID NOT NULL,
    "requester" TEXT NOT NULL,
    "requester_owner" TEXT NOT NULL DEFAULT '',
    "kind" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '[]',
    "claimed" JSONB NOT NULL DEFAULT '{}',
    "risk" JSONB NOT NULL DEFAULT '{}',
    "facts" JSONB NOT NULL DEFAULT '{}',
    "rules" JSONB NOT NULL DEFAULT '[]',
    "approvers" TEXT[],
    "quorum" INTEGER NOT NULL,
    "reason_required" BOOLEAN NOT NULL DEFAULT false,
    "hold_until" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "decided_at" TIMESTAMPTZ(6),
    "consumed_at" TIMESTAMPTZ(6),
    "consumed_by" UUID,
    "end_reason" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "votes" (
    "id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "principal" TEXT NOT NULL,
    "approve" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "votes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "index" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "time" TIMESTAMPTZ(6) NOT NULL,
    "leaf" TEXT NOT NULL,
    "leaf_hash" BYTEA NOT NULL,
    "principal_id" UUID,
    "session_id" UUID,
    "operation_id" UUID,
    "agent_id" UUID,
    "spool_id" UUID,
    "sequence" BIGINT,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("index")
);

-- CreateTable
CREATE TABLE "audit_tree" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "size" BIGINT NOT NULL DEFAULT 0,
    "frontier" BYTEA NOT NULL,

    CONSTRAINT "audit_tree_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "spool_positions" (
    "agent_id" UUID NOT NULL,
    "spool_id" UUID NOT NULL,
    "acknowledged" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "spool_positions_pkey" PRIMARY KEY ("agent_id","spool_id")
);

-- CreateTable
CREATE TABLE "checkpoints" (
    "size" BIGINT NOT NULL,
    "root_hash" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("size")
);

-- CreateTable
CREATE TABLE "recording_chunks" (
    "session_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,
    "digest" BYTEA NOT NULL,
    "last" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "recording_chunks_pkey" PRIMARY KEY ("session_id","index")
);

-- CreateTable
CREATE TABLE "outbox_messages" (
    "id" UUID NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_at" TIMESTAMPTZ(6),
    "failed_at" TIMESTAMPTZ(6),
    "last_error" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhooks" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "topics" TEXT[],
    "sealed" BYTEA NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "master_key_id" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console_sessions" (
    "digest" BYTEA NOT NULL,
    "principal_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "console_sessions_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "principal_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("principal_id","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "issuers_name_key" ON "issuers"("name");

-- CreateIndex
CREATE UNIQUE INDEX "issuers_issuer_key" ON "issuers"("issuer");

-- CreateIndex
CREATE UNIQUE INDEX "principals_issuer_id_subject_key" ON "principals"("issuer_id", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "roles_name_key" ON "roles"("name");

-- CreateIndex
CREATE UNIQUE INDEX "role_bindings_role_id_subject_connections_key" ON "role_bindings"("role_id", "subject", "connections");

-- CreateIndex
CREATE UNIQUE INDEX "connections_name_key" ON "connections"("name");

-- CreateIndex
CREATE UNIQUE INDEX "credentials_connection_id_version_key" ON "credentials"("connection_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "agents_name_key" ON "agents"("name");

-- CreateIndex
CREATE UNIQUE INDEX "join_tokens_digest_key" ON "join_tokens"("digest");

-- CreateIndex
CREATE INDEX "policies_state_idx" ON "policies"("state");

-- CreateIndex
CREATE UNIQUE INDEX "policies_name_version_key" ON "policies"("name", "version");

-- CreateIndex
CREATE UNIQUE INDEX "catalogs_connection_id_database_key" ON "catalogs"("connection_id", "database");

-- CreateIndex
CREATE INDEX "sessions_connection_id_started_at_idx" ON "sessions"("connection_id", "started_at");

-- CreateIndex
CREATE INDEX "sessions_principal_id_started_at_idx" ON "sessions"("principal_id", "started_at");

-- CreateIndex
CREATE INDEX "sessions_state_idx" ON "sessions"("state");

-- CreateIndex
CREATE INDEX "operations_session_id_id_idx" ON "operations"("session_id", "id");

-- CreateIndex
CREATE INDEX "operations_started_at_idx" ON "operations"("started_at");

-- CreateIndex
CREATE INDEX "approval_requests_state_expires_at_idx" ON "approval_requests"("state", "expires_at");

-- CreateIndex
CREATE INDEX "approval_requests_digest_state_idx" ON "approval_requests"("digest", "state");

-- CreateIndex
CREATE INDEX "approval_requests_requester_id_state_idx" ON "approval_requests"("requester_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "votes_request_id_principal_id_key" ON "votes"("request_id", "principal_id");

-- CreateIndex
CREATE INDEX "audit_entries_kind_index_idx" ON "audit_entries"("kind", "index");

-- CreateIndex
CREATE INDEX "audit_entries_session_id_index_idx" ON "audit_entries"("session_id", "index");

-- CreateIndex
CREATE INDEX "audit_entries_principal_id_index_idx" ON "audit_entries"("principal_id", "index");

-- CreateIndex
CREATE UNIQUE INDEX "audit_entries_agent_id_spool_id_sequence_key" ON "audit_entries"("agent_id", "spool_id", "sequence");

-- CreateIndex
CREATE INDEX "outbox_messages_delivered_at_next_at_idx" ON "outbox_messages"("delivered_at", "next_at");

-- CreateIndex
CREATE UNIQUE INDEX "webhooks_name_key" ON "webhooks"("name");

-- AddForeignKey
ALTER TABLE "principals" ADD CONSTRAINT "principals_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_bindings" ADD CONSTRAINT "role_bindings_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_connections" ADD CONSTRAINT "agent_connections_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_connections" ADD CONSTRAINT "agent_connections_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "votes" ADD CONSTRAINT "votes_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "approval_requests"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What Prisma's schema cannot say.

ALTER TABLE "connections"
  ADD CONSTRAINT "connections_fsync_check" CHECK ("fsync" IN ('before-forward', 'batched')),
  ADD CONSTRAINT "connections_recording_check" CHECK ("recording" IN ('full', 'statements', 'off')),
  ADD CONSTRAINT "connections_endpoints_check" CHECK (jsonb_typeof("endpoints") = 'array');

ALTER TABLE "operations"
  ADD CONSTRAINT "operations_status_check"
  CHECK ("status" IN ('forwarded', 'refused', 'succeeded', 'failed', 'cancelled', 'unknown'));

ALTER TABLE "approval_requests"
  ADD CONSTRAINT "approval_requests_quorum_check" CHECK ("quorum" >= 1),
  ADD CONSTRAINT "approval_requests_digest_check" CHECK ("digest" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "approval_requests_consumed_check"
    CHECK (("state" = 'consumed') = ("consumed_at" IS NOT NULL));

ALTER TABLE "credentials" ADD CONSTRAINT "credentials_version_check" CHECK ("version" >= 1);
ALTER TABLE "policies" ADD CONSTRAINT "policies_version_check" CHECK ("version" >= 1);
-- At most one version of a policy is in force.
CREATE UNIQUE INDEX "policies_one_active" ON "policies" ("name") WHERE "state" = 'active';

ALTER TABLE "policy_epoch" ADD CONSTRAINT "policy_epoch_single_row" CHECK ("id" = 1);
ALTER TABLE "audit_tree"
  ADD CONSTRAINT "audit_tree_single_row" CHECK ("id" = 1),
  ADD CONSTRAINT "audit_tree_frontier_check" CHECK (octet_length("frontier") % 32 = 0);

ALTER TABLE "audit_entries"
  ADD CONSTRAINT "audit_entries_index_check" CHECK ("index" >= 0),
  ADD CONSTRAINT "audit_entries_leaf_hash_check" CHECK (octet_length("leaf_hash") = 32);

-- The log only grows. A superuser can drop the trigger: the signed checkpoints show that it was done.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "audit_entries_append_only" BEFORE UPDATE OR DELETE ON "audit_entries"
  FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_entries_no_truncate" BEFORE TRUNCATE ON "audit_entries"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

INSERT INTO "policy_epoch" ("id", "epoch") VALUES (1, 1);
INSERT INTO "audit_tree" ("id", "size", "frontier") VALUES (1, 0, ''::bytea);
