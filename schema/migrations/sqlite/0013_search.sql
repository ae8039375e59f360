-- Messages are found by their words, and by what they carry. Those that were sent before are taken in by the job search.

CREATE TABLE "searchEntries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "senderId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "hasMedia" INTEGER NOT NULL,
  "hasLink" INTEGER NOT NULL,
  "words" TEXT NOT NULL,
  "sentAt" INTEGER NOT NULL,
  "expiresAt" INTEGER
) STRICT;

CREATE VIRTUAL TABLE "searchEntries_idx_words" USING fts5 (terms, content = '', columnsize = 0, tokenize = "ascii tokenchars '-_.='");

CREATE TRIGGER "searchEntries_idx_words_in" AFTER INSERT ON "searchEntries" BEGIN
  INSERT INTO "searchEntries_idx_words" (rowid, terms) VALUES (new."position", replace(rtrim(new."words"), ' ', ' ' || new."conversationId" || '='));
END;

CREATE TRIGGER "searchEntries_idx_words_out" AFTER DELETE ON "searchEntries" BEGIN
  INSERT INTO "searchEntries_idx_words" ("searchEntries_idx_words", rowid, terms) VALUES ('delete', old."position", replace(rtrim(old."words"), ' ', ' ' || old."conversationId" || '='));
END;

CREATE TRIGGER "searchEntries_idx_words_change" AFTER UPDATE ON "searchEntries" WHEN old."words" IS NOT new."words" OR old."conversationId" IS NOT new."conversationId" OR old."position" IS NOT new."position" BEGIN
  INSERT INTO "searchEntries_idx_words" ("searchEntries_idx_words", rowid, terms) VALUES ('delete', old."position", replace(rtrim(old."words"), ' ', ' ' || old."conversationId" || '='));
  INSERT INTO "searchEntries_idx_words" (rowid, terms) VALUES (new."position", replace(rtrim(new."words"), ' ', ' ' || new."conversationId" || '='));
END;

CREATE UNIQUE INDEX "searchEntries_idx_position" ON "searchEntries" ("position" ASC);

CREATE INDEX "searchEntries_idx_expires" ON "searchEntries" ("expiresAt" ASC);

CREATE TABLE "mediaEntries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "expiresAt" INTEGER
) STRICT;

CREATE INDEX "mediaEntries_idx_conversation_kind" ON "mediaEntries" ("conversationId" ASC, "kind" ASC, "position" ASC);

CREATE INDEX "mediaEntries_idx_expires" ON "mediaEntries" ("expiresAt" ASC);
