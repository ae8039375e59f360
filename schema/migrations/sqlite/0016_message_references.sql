-- Documents that name messages which end, so that the names go with the messages.

CREATE TABLE "messageReferences" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "documentId" TEXT NOT NULL
) STRICT;

CREATE INDEX "messageReferences_idx_message" ON "messageReferences" ("messageId" ASC);
