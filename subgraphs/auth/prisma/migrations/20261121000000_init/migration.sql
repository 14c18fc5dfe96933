-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "account_status" AS ENUM ('PENDING', 'ACTIVE', 'LIMITED', 'SUSPENDED', 'DEACTIVATED', 'ERASED');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('MEMBER', 'CURATOR', 'MODERATOR', 'ADMIN');

-- CreateEnum
CREATE TYPE "mail_kind" AS ENUM ('VERIFY_ADDRESS');

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "avatar_url" TEXT,
    "role" "role" NOT NULL DEFAULT 'MEMBER',
    "status" "account_status" NOT NULL DEFAULT 'PENDING',
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "renamed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "username" (
    "key" TEXT NOT NULL,
    "spelling" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "given_up_at" TIMESTAMPTZ(3),

    CONSTRAINT "username_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "verified_address" (
    "key" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "verified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verified_address_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "verification_token" (
    "hash" BYTEA NOT NULL,
    "account_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verification_token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "registration" (
    "key" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "account_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "registration_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "device_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "authenticated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_token" (
    "id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "session_id" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "successor" BYTEA,

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "user_key" (
    "account_id" TEXT NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "in_ring" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_key_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "outgoing_mail" (
    "id" BIGSERIAL NOT NULL,
    "kind" "mail_kind" NOT NULL,
    "account_id" TEXT,
    "email_key" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outgoing_mail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "aggregate" (
    "type" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "aggregate_pkey" PRIMARY KEY ("type","id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "event_id" UUID NOT NULL,
    "aggregate_type" TEXT NOT NULL,
    "aggregate_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "payload" BYTEA NOT NULL,
    "headers" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateIndex
CREATE INDEX "account_email_key_created_at_idx" ON "account"("email_key", "created_at" DESC);

-- CreateIndex
CREATE INDEX "username_account_id_idx" ON "username"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "verified_address_account_id_key" ON "verified_address"("account_id");

-- CreateIndex
CREATE INDEX "verification_token_account_id_created_at_idx" ON "verification_token"("account_id", "created_at");

-- CreateIndex
CREATE INDEX "registration_created_at_idx" ON "registration"("created_at");

-- CreateIndex
CREATE INDEX "session_account_id_last_seen_at_idx" ON "session"("account_id", "last_seen_at");

-- CreateIndex
CREATE UNIQUE INDEX "refresh_token_hash_key" ON "refresh_token"("hash");

-- CreateIndex
CREATE INDEX "refresh_token_session_id_expires_at_idx" ON "refresh_token"("session_id", "expires_at");

-- CreateIndex
CREATE INDEX "outgoing_mail_next_try_at_idx" ON "outgoing_mail"("next_try_at");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_event_id_key" ON "outbox"("event_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_aggregate_type_aggregate_id_version_key" ON "outbox"("aggregate_type", "aggregate_id", "version");

-- AddForeignKey
ALTER TABLE "username" ADD CONSTRAINT "username_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verified_address" ADD CONSTRAINT "verified_address_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What the relay has yet to publish. Prisma's schema cannot express a partial index.
CREATE INDEX "outbox_unpublished" ON "outbox"("id") WHERE "published_at" IS NULL;

-- A name is claimed before its account is written, so that a taken name is found without a failed statement.
ALTER TABLE "username" ALTER CONSTRAINT "username_account_id_fkey" DEFERRABLE INITIALLY DEFERRED;

-- The few keys that the key ring has not got yet.
CREATE INDEX "user_key_missing" ON "user_key"("account_id") WHERE NOT "in_ring";
