-- A user's own order of pinned conversations and folders, folders, muting that ends, conversations deleted until the next message, and
-- the changes of lists that no message tells of.

ALTER TABLE "conversationMembers" ADD COLUMN "mutedUntil" INTEGER;

ALTER TABLE "conversationMembers" ADD COLUMN "isMarkedUnread" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "conversationMembers" ADD COLUMN "isHidden" INTEGER NOT NULL DEFAULT 0;

DROP INDEX "conversationMembers_idx_user_list";

CREATE INDEX "conversationMembers_idx_user_list" ON "conversationMembers" ("userId" ASC, "status" ASC, "isHidden" ASC, "isRequest" ASC, "isArchived" ASC, "isPinned" ASC, "conversationId" ASC);

CREATE TABLE "conversationLists" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pinnedIds" TEXT NOT NULL,
  "folderIds" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "conversationFolders" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "icon" TEXT,
  "kinds" TEXT NOT NULL,
  "exclusions" TEXT NOT NULL,
  "includedIds" TEXT NOT NULL,
  "excludedIds" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "conversationFolders_idx_user" ON "conversationFolders" ("userId" ASC);

CREATE TABLE "listChanges" (
  "_seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "scope" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "listChanges_idx_scope" ON "listChanges" ("scope" ASC);
