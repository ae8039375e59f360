-- Reactions to messages, and how many users have each.

CREATE TABLE "messageReactions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "reaction" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "messageReactions_idx_message_user_place" ON "messageReactions" ("messageId" ASC, "userId" ASC, "place" ASC);

CREATE INDEX "messageReactions_idx_message" ON "messageReactions" ("messageId" ASC);

CREATE INDEX "messageReactions_idx_message_reaction" ON "messageReactions" ("messageId" ASC, "reaction" ASC);

CREATE TABLE "messageReactionCounts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "reaction" TEXT NOT NULL,
  "count" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageReactionCounts_idx_message_count" ON "messageReactionCounts" ("messageId" ASC, "count" DESC);
