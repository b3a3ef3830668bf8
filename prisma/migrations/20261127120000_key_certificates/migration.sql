-- AlterEnum
ALTER TYPE "credential_kind" ADD VALUE 'key_certificate';
