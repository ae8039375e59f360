-- Webhooks: addresses at which programs post, and addresses of programs that are told of events; what is on its way to them,
-- and the log of it.

CREATE TABLE "incomingWebhooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "userId" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "avatarUrl" TEXT,
  "secretHash" TEXT NOT NULL,
  "createdBy" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "incomingWebhooks_idx_conversation_place" ON "incomingWebhooks" ("conversationId" ASC, "place" ASC);

CREATE TABLE "outgoingWebhooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "url" TEXT NOT NULL,
  "events" TEXT NOT NULL,
  "secret" TEXT NOT NULL,
  "formerSecret" TEXT,
  "formerUntil" INTEGER,
  "position" INTEGER,
  "status" TEXT NOT NULL DEFAULT 'active',
  "failingSince" INTEGER,
  "disabledAt" INTEGER,
  "createdBy" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "outgoingWebhooks_idx_conversation_place" ON "outgoingWebhooks" ("conversationId" ASC, "place" ASC);

CREATE INDEX "outgoingWebhooks_idx_conversation_status" ON "outgoingWebhooks" ("conversationId" ASC, "status" ASC);

CREATE TABLE "webhookDeliveries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "webhookId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "event" TEXT NOT NULL,
  "messageId" TEXT,
  "details" TEXT NOT NULL,
  "happenedAt" INTEGER NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "dueAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "webhookDeliveries_idx_due" ON "webhookDeliveries" ("dueAt" ASC);

CREATE INDEX "webhookDeliveries_idx_webhook" ON "webhookDeliveries" ("webhookId" ASC);

CREATE INDEX "webhookDeliveries_idx_expires" ON "webhookDeliveries" ("expiresAt" ASC);

CREATE TABLE "webhookAttempts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "webhookId" TEXT NOT NULL,
  "deliveryId" TEXT NOT NULL,
  "event" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "status" INTEGER,
  "ok" INTEGER NOT NULL,
  "error" TEXT,
  "durationMs" INTEGER NOT NULL,
  "nextAt" INTEGER,
  "attemptedAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "webhookAttempts_idx_webhook" ON "webhookAttempts" ("webhookId" ASC);

CREATE INDEX "webhookAttempts_idx_expires" ON "webhookAttempts" ("expiresAt" ASC);
