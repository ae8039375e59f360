-- Words of a message that is gone stand in no page of the index that they were found by, nor do those of messages that went before.

INSERT INTO "searchEntries_idx_words" ("searchEntries_idx_words", rank) VALUES ('secure-delete', 1);

INSERT INTO "searchEntries_idx_words" ("searchEntries_idx_words") VALUES ('optimize');
