-- Users mark messages in rows: what they deleted for themselves, and what they starred.

CREATE TABLE "messageMarks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageMarks_idx_user_conversation" ON "messageMarks" ("userId" ASC, "conversationId" ASC, "kind" ASC, "position" ASC, "messageId" ASC);

CREATE INDEX "messageMarks_idx_user_kind" ON "messageMarks" ("userId" ASC, "kind" ASC);

CREATE INDEX "messageMarks_idx_message" ON "messageMarks" ("messageId" ASC, "kind" ASC);

ALTER TABLE "conversationMembers" ADD COLUMN "clearedPosition" INTEGER;

ALTER TABLE "conversationMembers" ADD COLUMN "deletedPosition" INTEGER;
