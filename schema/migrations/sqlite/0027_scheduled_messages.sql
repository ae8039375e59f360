-- Messages that are sent at a later time, and openings of messages that can be viewed once.

CREATE TABLE "messageOpenings" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "openedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageOpenings_idx_message" ON "messageOpenings" ("messageId" ASC);

CREATE TABLE "openedMessages" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "openedMessages_idx_due" ON "openedMessages" ("dueAt" ASC);

CREATE TABLE "scheduledMessages" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "message" TEXT NOT NULL,
  "sendAt" INTEGER NOT NULL,
  "dueAt" INTEGER,
  "status" TEXT NOT NULL DEFAULT 'waiting',
  "failure" TEXT,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "failedAt" INTEGER,
  "expiresAt" INTEGER,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "scheduledMessages_idx_due" ON "scheduledMessages" ("dueAt" ASC);

CREATE INDEX "scheduledMessages_idx_user" ON "scheduledMessages" ("userId" ASC, "sendAt" ASC);

CREATE INDEX "scheduledMessages_idx_user_conversation" ON "scheduledMessages" ("userId" ASC, "conversationId" ASC, "sendAt" ASC);

CREATE INDEX "scheduledMessages_idx_expires" ON "scheduledMessages" ("expiresAt" ASC);

CREATE TABLE "scheduledBooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "waiting" INTEGER NOT NULL
) STRICT;
