-- Elements of lists as rows, to look them up by.

CREATE TABLE "postHashtags" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "postId" TEXT NOT NULL,
  "hashtag" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "postHashtags_idx_post_hashtag" ON "postHashtags" ("postId" ASC, "hashtag" ASC);

CREATE INDEX "postHashtags_idx_hashtag_time" ON "postHashtags" ("hashtag" ASC, "createdAt" DESC);

CREATE TABLE "stickerTags" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "stickerId" TEXT NOT NULL,
  "tag" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "stickerTags_idx_sticker_tag" ON "stickerTags" ("stickerId" ASC, "tag" ASC);

CREATE INDEX "stickerTags_idx_tag_time" ON "stickerTags" ("tag" ASC, "createdAt" DESC);

CREATE TABLE "gifTags" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "gifId" TEXT NOT NULL,
  "tag" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "gifTags_idx_gif_tag" ON "gifTags" ("gifId" ASC, "tag" ASC);

CREATE INDEX "gifTags_idx_tag_time" ON "gifTags" ("tag" ASC, "createdAt" DESC);
