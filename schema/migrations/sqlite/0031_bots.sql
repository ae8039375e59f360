-- Bots: programs' accounts, the commands that they offer, the conversations that they belong to; and users whose account went, who leave
-- their conversations.

CREATE TABLE "bots" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "ownerId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "isEnabled" INTEGER NOT NULL DEFAULT 1,
  "isBarred" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "bots_idx_owner_place" ON "bots" ("ownerId" ASC, "place" ASC);

CREATE TABLE "botCommands" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "names" TEXT NOT NULL,
  "descriptions" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "conversationBots" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "botId" TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX "conversationBots_idx_conversation_place" ON "conversationBots" ("conversationId" ASC, "place" ASC);

CREATE TABLE "userDepartures" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "position" TEXT,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "userDepartures_idx_due" ON "userDepartures" ("dueAt" ASC);
