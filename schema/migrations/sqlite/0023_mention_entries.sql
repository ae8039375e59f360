-- Messages by whom they mention.

CREATE TABLE "mentionEntries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "expiresAt" INTEGER
) STRICT;

CREATE INDEX "mentionEntries_idx_conversation_target" ON "mentionEntries" ("conversationId" ASC, "target" ASC, "position" ASC);

CREATE INDEX "mentionEntries_idx_message" ON "mentionEntries" ("messageId" ASC);

CREATE INDEX "mentionEntries_idx_expires" ON "mentionEntries" ("expiresAt" ASC);
