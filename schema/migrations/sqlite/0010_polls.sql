-- Votes in polls: who has voted, what they chose, and how many chose each option.

CREATE TABLE "pollBallots" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pollId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "choices" TEXT,
  "sealed" TEXT,
  "votedAt" INTEGER
) STRICT;

CREATE INDEX "pollBallots_idx_poll" ON "pollBallots" ("pollId" ASC);

CREATE TABLE "pollChoices" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pollId" TEXT NOT NULL,
  "option" INTEGER NOT NULL,
  "userId" TEXT NOT NULL,
  "chosenAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "pollChoices_idx_poll_option" ON "pollChoices" ("pollId" ASC, "option" ASC);

CREATE TABLE "pollTallies" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pollId" TEXT NOT NULL,
  "option" INTEGER NOT NULL,
  "votes" INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX "pollTallies_idx_poll" ON "pollTallies" ("pollId" ASC);
