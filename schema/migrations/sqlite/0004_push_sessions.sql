ALTER TABLE "pushSubscriptions" ADD COLUMN "sessionId" TEXT;
