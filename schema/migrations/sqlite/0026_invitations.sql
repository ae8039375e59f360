-- Invitations by links, requests to join, and the directory of public conversations.

CREATE INDEX "conversations_idx_public" ON "conversations" ("isPublic" ASC, "participantCount" ASC);

CREATE INDEX "conversations_idx_public_category" ON "conversations" ("isPublic" ASC, "category" ASC, "participantCount" ASC);

ALTER TABLE "conversationMembers" ADD COLUMN "invitationId" TEXT;

CREATE INDEX "conversationMembers_idx_invitation" ON "conversationMembers" ("invitationId" ASC, "status" ASC, "joinedAt" ASC);

CREATE INDEX "conversationBans_idx_user" ON "conversationBans" ("userId" ASC);

CREATE TABLE "conversationInvitations" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT,
  "createdBy" TEXT NOT NULL,
  "needsApproval" INTEGER NOT NULL DEFAULT 0,
  "expiresAt" INTEGER,
  "maxUses" INTEGER,
  "uses" INTEGER NOT NULL DEFAULT 0,
  "revokedAt" INTEGER,
  "keptUntil" INTEGER,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "conversationInvitations_idx_code" ON "conversationInvitations" ("code" ASC);

CREATE INDEX "conversationInvitations_idx_conversation" ON "conversationInvitations" ("conversationId" ASC);

CREATE INDEX "conversationInvitations_idx_conversation_maker" ON "conversationInvitations" ("conversationId" ASC, "createdBy" ASC);

CREATE INDEX "conversationInvitations_idx_kept" ON "conversationInvitations" ("keptUntil" ASC);

CREATE TABLE "conversationJoinRequests" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "invitationId" TEXT,
  "createdAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "conversationJoinRequests_idx_conversation_status" ON "conversationJoinRequests" ("conversationId" ASC, "status" ASC, "createdAt" ASC);

CREATE INDEX "conversationJoinRequests_idx_user" ON "conversationJoinRequests" ("userId" ASC, "createdAt" ASC);

CREATE INDEX "conversationJoinRequests_idx_expires" ON "conversationJoinRequests" ("expiresAt" ASC);

CREATE TABLE "publicConversations" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "directory" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "words" TEXT NOT NULL,
  "category" TEXT,
  "tags" TEXT NOT NULL,
  "listedAt" INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE "publicConversations_idx_words" USING fts5 (terms, content = '', columnsize = 0, tokenize = "ascii tokenchars '-_.='");

INSERT INTO "publicConversations_idx_words" ("publicConversations_idx_words", rank) VALUES ('secure-delete', 1);

CREATE TRIGGER "publicConversations_idx_words_in" AFTER INSERT ON "publicConversations" BEGIN
  INSERT INTO "publicConversations_idx_words" (rowid, terms) VALUES (new."position", replace(rtrim(new."words"), ' ', ' ' || new."directory" || '='));
END;

CREATE TRIGGER "publicConversations_idx_words_out" AFTER DELETE ON "publicConversations" BEGIN
  INSERT INTO "publicConversations_idx_words" ("publicConversations_idx_words", rowid, terms) VALUES ('delete', old."position", replace(rtrim(old."words"), ' ', ' ' || old."directory" || '='));
END;

CREATE TRIGGER "publicConversations_idx_words_change" AFTER UPDATE ON "publicConversations" WHEN old."words" IS NOT new."words" OR old."directory" IS NOT new."directory" OR old."position" IS NOT new."position" BEGIN
  INSERT INTO "publicConversations_idx_words" ("publicConversations_idx_words", rowid, terms) VALUES ('delete', old."position", replace(rtrim(old."words"), ' ', ' ' || old."directory" || '='));
  INSERT INTO "publicConversations_idx_words" (rowid, terms) VALUES (new."position", replace(rtrim(new."words"), ' ', ' ' || new."directory" || '='));
END;

CREATE UNIQUE INDEX "publicConversations_idx_position" ON "publicConversations" ("position" ASC);

CREATE TABLE "publicConversationTags" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "tag" TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX "publicConversationTags_idx_conversation_tag" ON "publicConversationTags" ("conversationId" ASC, "tag" ASC);

CREATE INDEX "publicConversationTags_idx_tag" ON "publicConversationTags" ("tag" ASC, "conversationId" ASC);
