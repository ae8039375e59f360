-- Messages that somebody has begun to write.

CREATE TABLE "messageDrafts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "replyToMessageId" TEXT,
  "custom" TEXT,
  "updatedAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageDrafts_idx_user" ON "messageDrafts" ("userId" ASC, "updatedAt" ASC);

CREATE INDEX "messageDrafts_idx_expires" ON "messageDrafts" ("expiresAt" ASC);
