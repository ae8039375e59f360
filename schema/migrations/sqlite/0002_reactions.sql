-- What the functions keep that react to events: progress, pushes, error groups.

CREATE TABLE "errorGroups" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "errorType" TEXT NOT NULL,
  "errorMessage" TEXT NOT NULL,
  "source" TEXT NOT NULL,
  "severity" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'open',
  "count" INTEGER NOT NULL DEFAULT 0,
  "reopened" INTEGER NOT NULL DEFAULT 0,
  "firstSeenAt" INTEGER NOT NULL,
  "lastSeenAt" INTEGER NOT NULL,
  "resolvedAt" INTEGER,
  "note" TEXT
) STRICT;

CREATE INDEX "errorGroups_idx_last_seen" ON "errorGroups" ("lastSeenAt" DESC);

CREATE INDEX "errorGroups_idx_status_last_seen" ON "errorGroups" ("status" ASC, "lastSeenAt" DESC);

CREATE INDEX "errorGroups_idx_severity_last_seen" ON "errorGroups" ("severity" ASC, "lastSeenAt" DESC);

CREATE TABLE "errorLinks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "groupId" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "errorLinks_idx_group_time" ON "errorLinks" ("groupId" ASC, "createdAt" DESC);

CREATE INDEX "errorLinks_idx_created" ON "errorLinks" ("createdAt" ASC);

CREATE TABLE "fanOuts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "position" INTEGER NOT NULL DEFAULT 0,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "notificationSettings" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pushEnabled" INTEGER NOT NULL DEFAULT 1,
  "quietFrom" TEXT,
  "quietTo" TEXT,
  "timezone" TEXT,
  "mutedKinds" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "progress" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "xp" INTEGER NOT NULL DEFAULT 0,
  "position" INTEGER NOT NULL DEFAULT 0,
  "lastActiveDay" TEXT,
  "longestStreak" INTEGER NOT NULL DEFAULT 0,
  "totals" TEXT NOT NULL,
  "badges" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "progress_idx_xp" ON "progress" ("xp" DESC);

CREATE TABLE "progressDays" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "day" TEXT NOT NULL,
  "xp" INTEGER NOT NULL DEFAULT 0,
  "counts" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "progressDays_idx_expires" ON "progressDays" ("expiresAt" ASC);

CREATE TABLE "progressWeeks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "week" TEXT NOT NULL,
  "xp" INTEGER NOT NULL DEFAULT 0,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "progressWeeks_idx_week_xp" ON "progressWeeks" ("week" ASC, "xp" DESC);

CREATE INDEX "progressWeeks_idx_expires" ON "progressWeeks" ("expiresAt" ASC);

CREATE TABLE "pushes" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "subscriptionId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "queueId" TEXT,
  "payload" TEXT NOT NULL,
  "priority" TEXT NOT NULL DEFAULT 'normal',
  "topic" TEXT,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "dueAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL,
  "error" TEXT,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "pushes_idx_status_due" ON "pushes" ("status" ASC, "dueAt" ASC);

CREATE INDEX "pushes_idx_queue" ON "pushes" ("queueId" ASC, "status" ASC);

CREATE INDEX "pushes_idx_subscription" ON "pushes" ("subscriptionId" ASC);

CREATE INDEX "pushes_idx_expires" ON "pushes" ("expiresAt" ASC);

CREATE TABLE "pushSubscriptions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "endpoint" TEXT NOT NULL,
  "p256dh" TEXT NOT NULL,
  "auth" TEXT NOT NULL,
  "deviceName" TEXT,
  "expiresAt" INTEGER,
  "createdAt" INTEGER NOT NULL,
  "lastPushedAt" INTEGER
) STRICT;

CREATE INDEX "pushSubscriptions_idx_user" ON "pushSubscriptions" ("userId" ASC);

CREATE TABLE "reputationGrants" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "giverId" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "points" INTEGER NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "reputationGrants_idx_user_time" ON "reputationGrants" ("userId" ASC, "createdAt" DESC);
