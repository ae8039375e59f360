-- Requests to be contacts of each other.

CREATE TABLE "contactRequests" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "requesterId" TEXT NOT NULL,
  "recipientId" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "createdAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "contactRequests_idx_recipient" ON "contactRequests" ("recipientId" ASC, "status" ASC);

CREATE INDEX "contactRequests_idx_requester" ON "contactRequests" ("requesterId" ASC, "status" ASC);

CREATE INDEX "contactRequests_idx_expires" ON "contactRequests" ("expiresAt" ASC);
