-- A user's list of conversations is found by an index that has all that decides which of them it shows, and sorted by their activity.
-- A conversation without messages was last active when it was made.

DROP INDEX "conversationMembers_idx_user_status";

CREATE INDEX "conversationMembers_idx_user_list" ON "conversationMembers" ("userId" ASC, "status" ASC, "isRequest" ASC, "isArchived" ASC, "isPinned" ASC, "conversationId" ASC);

CREATE INDEX "contacts_idx_blocked" ON "contacts" ("userId" ASC, "isBlocked" ASC);

CREATE INDEX "contacts_idx_blockers" ON "contacts" ("contactUserId" ASC, "isBlocked" ASC);

UPDATE "conversations" SET "lastMessageAt" = "createdAt" WHERE "lastMessageAt" IS NULL;
