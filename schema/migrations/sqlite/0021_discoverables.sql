-- Addresses by which people let others find them.

CREATE TABLE "discoverables" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "code" TEXT NOT NULL
) STRICT;

CREATE INDEX "discoverables_idx_code" ON "discoverables" ("code" ASC);
