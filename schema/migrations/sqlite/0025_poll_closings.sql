-- Polls that were closed stay so, whatever the clock says. The ends of earlier ones tell nothing of who closed them; they stay times.

CREATE TABLE "pollClosings" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "closedBy" TEXT NOT NULL,
  "closedAt" INTEGER NOT NULL
) STRICT;
