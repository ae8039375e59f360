ALTER TABLE "pushSubscriptions" ADD COLUMN "sessionId" TEXT;

CREATE INDEX "pushSubscriptions_idx_expires" ON "pushSubscriptions" ("expiresAt" ASC);
