-- Members' receipts: up to where others are told that they received and read, and when that moved. Everybody's reading was
-- told so far, and whoever read has received.

ALTER TABLE "conversationMembers" ADD COLUMN "receiptPosition" INTEGER;

ALTER TABLE "conversationMembers" ADD COLUMN "deliveredPosition" INTEGER;

UPDATE "conversationMembers" SET
  "receiptPosition" = max("readPosition", coalesce("joinedPosition", 0)),
  "deliveredPosition" = max("readPosition", coalesce("joinedPosition", 0))
  WHERE "readPosition" IS NOT NULL;

CREATE INDEX "conversationMembers_idx_conversation_receipt" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "receiptPosition" ASC, "joinedPosition" ASC);

CREATE INDEX "conversationMembers_idx_conversation_delivered" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "deliveredPosition" ASC, "joinedPosition" ASC);

CREATE TABLE "receiptTrails" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "read" TEXT NOT NULL,
  "delivered" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "receiptTrails_idx_updated" ON "receiptTrails" ("updatedAt" ASC);
