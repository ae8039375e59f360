-- Channels: their messages, who viewed them, and the groups in which they are talked about.

CREATE TABLE "channelPosts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "authorId" TEXT NOT NULL,
  "views" INTEGER NOT NULL DEFAULT 0,
  "commentsConversationId" TEXT,
  "commentsMessageId" TEXT,
  "sentAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "channelPosts_idx_author" ON "channelPosts" ("conversationId" ASC, "authorId" ASC, "sentAt" ASC);

CREATE TABLE "postViewers" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "viewedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "postViewers_idx_message" ON "postViewers" ("messageId" ASC);

CREATE INDEX "postViewers_idx_viewed" ON "postViewers" ("viewedAt" ASC);

CREATE TABLE "linkedGroups" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "groupId" TEXT NOT NULL,
  "linkedBy" TEXT NOT NULL,
  "linkedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "linkedGroups_idx_group" ON "linkedGroups" ("groupId" ASC);
