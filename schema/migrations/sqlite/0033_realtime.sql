-- Signs that pass, which streams tell of, and tickets that open streams.

CREATE TABLE "signals" (
  "_seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "kind" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "conversationId" TEXT,
  "payload" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "signals_idx_expires" ON "signals" ("expiresAt" ASC);

CREATE TABLE "streamTickets" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "sessionId" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "streamTickets_idx_expires" ON "streamTickets" ("expiresAt" ASC);
