-- Messages that are being handed on stand in a line of their sender's.

CREATE TABLE "fanOutsAnew" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "senderId" TEXT NOT NULL,
  "position" INTEGER NOT NULL DEFAULT 0,
  "updatedAt" INTEGER NOT NULL
) STRICT;

INSERT INTO "fanOutsAnew" ("_seq", "_id", "_revision", "senderId", "position", "updatedAt")
  SELECT f."_seq", f."_id", f."_revision", ifnull(m."senderId", 'nobody'), f."position", f."updatedAt"
  FROM "fanOuts" f
  JOIN "messageQueue" q ON q."_id" = f."_id" AND q."status" = 'pending'
  LEFT JOIN "messages" m ON m."_id" = q."messageId";

DROP TABLE "fanOuts";

ALTER TABLE "fanOutsAnew" RENAME TO "fanOuts";

CREATE INDEX "fanOuts_idx_sender" ON "fanOuts" ("senderId" ASC);

-- Whatever has such a place is in hand.
UPDATE "messageQueue" SET "status" = 'processing'
  WHERE "status" = 'pending' AND "_id" IN (SELECT "_id" FROM "fanOuts");
