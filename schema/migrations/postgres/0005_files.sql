-- Files of users: their rows, their bytes in chunks, the documents that hold them, and the room that they take.

CREATE TABLE "files" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "files__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "bucket" TEXT COLLATE "C" NOT NULL,
  "name" TEXT COLLATE "C" NOT NULL,
  "mimeType" TEXT COLLATE "C" NOT NULL,
  "size" BIGINT NOT NULL,
  "sha256" TEXT COLLATE "C",
  "received" BIGINT NOT NULL,
  "turn" BIGINT NOT NULL DEFAULT 0,
  "hashState" BYTEA,
  "contentId" TEXT COLLATE "C" NOT NULL,
  "isInline" BOOLEAN NOT NULL DEFAULT false,
  "createdAt" BIGINT NOT NULL,
  "completedAt" BIGINT,
  "removedAt" BIGINT,
  "endsAt" BIGINT
);

CREATE INDEX "files_idx_user_bucket" ON "files" ("userId" ASC, "bucket" ASC, "_seq" ASC);

CREATE INDEX "files_idx_user_completed" ON "files" ("userId" ASC, "completedAt" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "files_idx_ends" ON "files" ("endsAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "fileContents" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileContents__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "sha256" TEXT COLLATE "C" NOT NULL,
  "size" BIGINT NOT NULL,
  "uses" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "fileContents_idx_user_hash" ON "fileContents" ("userId" ASC, "sha256" ASC);

CREATE TABLE "fileChunks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileChunks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "contentId" TEXT COLLATE "C" NOT NULL,
  "number" BIGINT NOT NULL,
  "bytes" BYTEA NOT NULL
);

CREATE UNIQUE INDEX "fileChunks_idx_content_number" ON "fileChunks" ("contentId" ASC, "number" ASC);

CREATE TABLE "fileRemovals" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileRemovals__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "dueAt" BIGINT NOT NULL
);

CREATE INDEX "fileRemovals_idx_due" ON "fileRemovals" ("dueAt" ASC, "_seq" ASC);

CREATE TABLE "fileHolds" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileHolds__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "fileId" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT COLLATE "C" NOT NULL,
  "holderId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "place" TEXT COLLATE "C"
);

CREATE INDEX "fileHolds_idx_file_place" ON "fileHolds" ("fileId" ASC, "place" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "fileHolds_idx_holder" ON "fileHolds" ("kind" ASC, "holderId" ASC, "_seq" ASC);

CREATE TABLE "fileBooks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileBooks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "bytes" BIGINT NOT NULL,
  "uploading" BIGINT NOT NULL
);

CREATE TABLE "fileUsages" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileUsages__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "bucket" TEXT COLLATE "C" NOT NULL,
  "files" BIGINT NOT NULL,
  "bytes" BIGINT NOT NULL
);

CREATE INDEX "fileUsages_idx_user" ON "fileUsages" ("userId" ASC, "_seq" ASC);
