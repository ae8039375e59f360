-- Of several hosts, one runs a job.

CREATE TABLE "jobLeases" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "jobLeases__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "holder" TEXT COLLATE "C",
  "until" BIGINT,
  "ranFor" BIGINT
);
