-- Settings of conversations: members may have to wait between two messages, and those who join may not see what was
-- said before. Bans.

ALTER TABLE "conversationMembers" ADD COLUMN "historyPosition" INTEGER;

ALTER TABLE "conversationMembers" ADD COLUMN "lastSentAt" INTEGER;

CREATE TABLE "conversationBans" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "bannedBy" TEXT NOT NULL,
  "reason" TEXT,
  "endsAt" INTEGER,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "conversationBans_idx_conversation_user" ON "conversationBans" ("conversationId" ASC, "userId" ASC);

CREATE INDEX "conversationBans_idx_conversation" ON "conversationBans" ("conversationId" ASC);

CREATE INDEX "conversationBans_idx_ends" ON "conversationBans" ("endsAt" ASC);
