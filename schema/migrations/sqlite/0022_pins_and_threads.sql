-- Pinned messages, and how many answers messages have.

CREATE TABLE "messagePins" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "pinnedBy" TEXT NOT NULL,
  "pinnedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "messagePins_idx_conversation_place" ON "messagePins" ("conversationId" ASC, "place" ASC);

CREATE INDEX "messagePins_idx_conversation" ON "messagePins" ("conversationId" ASC);

CREATE TABLE "messageThreads" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "replyCount" INTEGER NOT NULL,
  "lastReplyAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messages_idx_conversation_reply" ON "messages" ("conversationId" ASC, "replyToMessageId" ASC);

-- Answers that there are count.
INSERT INTO "messageThreads" ("_id", "conversationId", "replyCount", "lastReplyAt")
  SELECT p."_id", p."conversationId", count(*), max(ifnull(r."createdAt", 0))
  FROM "messages" r JOIN "messages" p ON p."_id" = r."replyToMessageId" AND p."conversationId" = r."conversationId"
  WHERE r."deletedAt" IS NULL
  GROUP BY p."_id";
