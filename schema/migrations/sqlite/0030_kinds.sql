-- Channels: their messages, who viewed them, and the groups in which they are talked about; lists of recipients, and the deliveries to
-- them; the groups of communities.

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

CREATE TABLE "broadcastRecipients" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "addedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "broadcastRecipients_idx_conversation" ON "broadcastRecipients" ("conversationId" ASC);

CREATE TABLE "broadcasts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "dueAt" INTEGER,
  "position" INTEGER NOT NULL DEFAULT 0,
  "reached" INTEGER NOT NULL DEFAULT 0,
  "refused" INTEGER NOT NULL DEFAULT 0,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "change" TEXT,
  "changeDueAt" INTEGER,
  "changePosition" INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX "broadcasts_idx_due" ON "broadcasts" ("dueAt" ASC);

CREATE INDEX "broadcasts_idx_list_due" ON "broadcasts" ("conversationId" ASC, "dueAt" ASC);

CREATE INDEX "broadcasts_idx_change" ON "broadcasts" ("changeDueAt" ASC);

CREATE TABLE "broadcastCopies" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL
) STRICT;

CREATE INDEX "broadcastCopies_idx_message" ON "broadcastCopies" ("messageId" ASC);

CREATE TABLE "communityGroups" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "communityId" TEXT NOT NULL,
  "linkedBy" TEXT NOT NULL,
  "linkedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "communityGroups_idx_community" ON "communityGroups" ("communityId" ASC);

CREATE TABLE "communityDepartures" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "communityId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "position" INTEGER NOT NULL DEFAULT 0,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "communityDepartures_idx_due" ON "communityDepartures" ("dueAt" ASC);
