-- AlterEnum
ALTER TYPE "credential_kind" ADD VALUE 'bearer';
ALTER TYPE "credential_kind" ADD VALUE 'api_key';
ALTER TYPE "credential_kind" ADD VALUE 'oauth_client';
ALTER TYPE "credential_kind" ADD VALUE 'aws';
ALTER TYPE "credential_kind" ADD VALUE 'private_key';
