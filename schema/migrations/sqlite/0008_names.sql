-- Names to find people by, and names that nobody may have for a while. Addresses that nobody has verified leave the
-- profiles; accounts have them. When a user was last active, for the day in their time zone.

CREATE TABLE "displayNames" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL
) STRICT;

CREATE INDEX "displayNames_idx_name" ON "displayNames" ("name" ASC);

CREATE TABLE "restingNames" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "username" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "restsUntil" INTEGER NOT NULL
) STRICT;

CREATE INDEX "restingNames_idx_rests_until" ON "restingNames" ("restsUntil" ASC);

INSERT INTO "displayNames" ("_id", "name") SELECT "_id", lower("displayName") FROM "profiles" WHERE "displayName" IS NOT NULL;

UPDATE "profiles" SET "email" = NULL;

ALTER TABLE "progress" ADD COLUMN "lastActiveAt" INTEGER;
