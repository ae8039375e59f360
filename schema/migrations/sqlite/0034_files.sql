-- Files of users: their rows, their bytes in chunks, the documents that hold them, and the room that they take.

CREATE TABLE "files" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "bucket" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "mimeType" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "sha256" TEXT,
  "received" INTEGER NOT NULL,
  "turn" INTEGER NOT NULL DEFAULT 0,
  "hashState" BLOB,
  "contentId" TEXT NOT NULL,
  "isInline" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER NOT NULL,
  "completedAt" INTEGER,
  "removedAt" INTEGER,
  "endsAt" INTEGER
) STRICT;

CREATE INDEX "files_idx_user_bucket" ON "files" ("userId" ASC, "bucket" ASC);

CREATE INDEX "files_idx_user_completed" ON "files" ("userId" ASC, "completedAt" ASC);

CREATE INDEX "files_idx_ends" ON "files" ("endsAt" ASC);

CREATE TABLE "fileContents" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "uses" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "fileContents_idx_user_hash" ON "fileContents" ("userId" ASC, "sha256" ASC);

CREATE TABLE "fileChunks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "contentId" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "bytes" BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX "fileChunks_idx_content_number" ON "fileChunks" ("contentId" ASC, "number" ASC);

CREATE TABLE "fileRemovals" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "fileRemovals_idx_due" ON "fileRemovals" ("dueAt" ASC);

CREATE TABLE "fileHolds" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "fileId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "holderId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "place" TEXT
) STRICT;

CREATE INDEX "fileHolds_idx_file_place" ON "fileHolds" ("fileId" ASC, "place" ASC);

CREATE INDEX "fileHolds_idx_holder" ON "fileHolds" ("kind" ASC, "holderId" ASC);

CREATE TABLE "fileBooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "bytes" INTEGER NOT NULL,
  "uploading" INTEGER NOT NULL
) STRICT;

CREATE TABLE "fileUsages" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "bucket" TEXT NOT NULL,
  "files" INTEGER NOT NULL,
  "bytes" INTEGER NOT NULL
) STRICT;

CREATE INDEX "fileUsages_idx_user" ON "fileUsages" ("userId" ASC);
