ALTER TABLE "conversationMembers" ADD COLUMN "leftAt" INTEGER;

UPDATE "conversationMembers" SET "leftAt" = coalesce("updatedAt", "joinedAt") WHERE "status" <> 'active';

CREATE INDEX "conversationMembers_idx_left" ON "conversationMembers" ("leftAt" ASC);

ALTER TABLE "consumerCursors" ADD COLUMN "reads" TEXT;
