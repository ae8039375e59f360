-- What edits of messages replaced, and messages that were deleted for all and of which rows are left.

CREATE TABLE "messageVersions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "content" TEXT NOT NULL,
  "mentions" TEXT NOT NULL,
  "links" TEXT NOT NULL,
  "writtenAt" INTEGER NOT NULL,
  "replacedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "messageVersions_idx_message" ON "messageVersions" ("messageId" ASC, "number" ASC);

CREATE TABLE "messageRemains" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageRemains_idx_due" ON "messageRemains" ("dueAt" ASC);
