-- Address books: how many contacts a user keeps, and the list with the favourites on top.

CREATE TABLE "contactBooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "contacts" INTEGER NOT NULL
) STRICT;

CREATE INDEX "contacts_idx_favorite" ON "contacts" ("userId" ASC, "isFavorite" ASC);
