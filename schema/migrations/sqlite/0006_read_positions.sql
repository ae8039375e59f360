-- Places in histories are commit numbers. A message's is never given twice, also after the newest was removed, and a member's says
-- how far they have read. Tables can't be told so afterwards: that of the messages is made anew.

CREATE TABLE "messagesAnew" (
  "_seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "senderId" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "contentType" TEXT NOT NULL,
  "plainText" TEXT,
  "mediaUrls" TEXT NOT NULL,
  "mediaFileIds" TEXT NOT NULL,
  "thumbnailUrl" TEXT,
  "thumbnailFileId" TEXT,
  "metadata" TEXT,
  "replyToMessageId" TEXT,
  "forwardedFromMessageId" TEXT,
  "forwardedFromConversationId" TEXT,
  "editedAt" INTEGER,
  "deletedAt" INTEGER,
  "deletedFor" TEXT NOT NULL,
  "isSystemMessage" INTEGER NOT NULL DEFAULT 0,
  "isPinned" INTEGER NOT NULL DEFAULT 0,
  "pinnedAt" INTEGER,
  "reactions" TEXT,
  "mentions" TEXT NOT NULL,
  "links" TEXT NOT NULL,
  "readBy" TEXT NOT NULL,
  "deliveredTo" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'sending',
  "expiresAt" INTEGER,
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

INSERT INTO "messagesAnew" ("_seq", "_id", "_revision", "conversationId", "senderId", "content", "contentType", "plainText", "mediaUrls", "mediaFileIds", "thumbnailUrl", "thumbnailFileId", "metadata", "replyToMessageId", "forwardedFromMessageId", "forwardedFromConversationId", "editedAt", "deletedAt", "deletedFor", "isSystemMessage", "isPinned", "pinnedAt", "reactions", "mentions", "links", "readBy", "deliveredTo", "status", "expiresAt", "createdAt", "updatedAt")
  SELECT "_seq", "_id", "_revision", "conversationId", "senderId", "content", "contentType", "plainText", "mediaUrls", "mediaFileIds", "thumbnailUrl", "thumbnailFileId", "metadata", "replyToMessageId", "forwardedFromMessageId", "forwardedFromConversationId", "editedAt", "deletedAt", "deletedFor", "isSystemMessage", "isPinned", "pinnedAt", "reactions", "mentions", "links", "readBy", "deliveredTo", "status", "expiresAt", "createdAt", "updatedAt"
  FROM "messages" ORDER BY "_seq";

DROP TABLE "messages";

ALTER TABLE "messagesAnew" RENAME TO "messages";

CREATE INDEX "messages_idx_conversation_time" ON "messages" ("conversationId" ASC, "createdAt" DESC);

CREATE INDEX "messages_idx_sender" ON "messages" ("senderId" ASC);

CREATE INDEX "messages_idx_contentType" ON "messages" ("contentType" ASC);

CREATE INDEX "messages_idx_conversation_order" ON "messages" ("conversationId" ASC);

ALTER TABLE "conversationMembers" ADD COLUMN "readPosition" INTEGER;

ALTER TABLE "conversationMembers" ADD COLUMN "joinedPosition" INTEGER;

ALTER TABLE "conversationMembers" ADD COLUMN "isRequest" INTEGER NOT NULL DEFAULT 0;

UPDATE "conversationMembers" SET
  "readPosition" = (
    SELECT max(m."_seq") FROM "messages" m
    WHERE m."conversationId" = "conversationMembers"."conversationId" AND m."createdAt" <= "conversationMembers"."lastReadAt"
  ),
  "joinedPosition" = (
    SELECT max(m."_seq") FROM "messages" m
    WHERE m."conversationId" = "conversationMembers"."conversationId" AND m."createdAt" < "conversationMembers"."joinedAt"
  );

CREATE TABLE "messageExpiries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageExpiries_idx_expires" ON "messageExpiries" ("expiresAt" ASC);

INSERT INTO "messageExpiries" ("_id", "conversationId", "expiresAt")
  SELECT "_id", "conversationId", "expiresAt" FROM "messages" WHERE "expiresAt" IS NOT NULL;
