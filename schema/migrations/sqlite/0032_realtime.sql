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

-- Devices that say whether their user is there, and people whose presence a session hears of.

CREATE TABLE "presenceDevices" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'online',
  "device" TEXT,
  "countsUntil" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "presenceDevices_idx_user_counts" ON "presenceDevices" ("userId" ASC, "countsUntil" ASC);

CREATE INDEX "presenceDevices_idx_expires" ON "presenceDevices" ("expiresAt" ASC);

CREATE TABLE "presenceWatches" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "userIds" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "presenceWatches_idx_expires" ON "presenceWatches" ("expiresAt" ASC);

CREATE INDEX "typingIndicators_idx_conversation_expires" ON "typingIndicators" ("conversationId" ASC, "expiresAt" ASC);
