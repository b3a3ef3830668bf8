-- AlterTable
ALTER TABLE "webhooks" ADD COLUMN "previous_secret" BYTEA,
ADD COLUMN "previous_until" TIMESTAMPTZ(6);
