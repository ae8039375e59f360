-- Of several hosts, one runs a job.

CREATE TABLE "jobLeases" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "holder" TEXT,
  "until" INTEGER,
  "ranFor" INTEGER
) STRICT;
