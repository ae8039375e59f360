-- The rows that a send of a text message writes: four new ones, and two that it changes. `n` begins at a number of the run's own.
\set n :n + 1
BEGIN;
INSERT INTO pgbench."messages" ("_id", "conversationId", "senderId", "content", "contentType", "plainText", "mediaUrls", "mediaFileIds", "deletedFor", "mentions", "links", "readBy", "deliveredTo", "status", "createdAt")
  VALUES (lpad(:n::text, 19, '0') || '-' || lpad(:client_id::text, 16, '0'), 'c' || :client_id::text, 'u' || :client_id::text,
    'Message ' || :n::text || ': the quick brown fox jumps over the lazy dog, and then some.', 'text',
    'Message ' || :n::text || ': the quick brown fox jumps over the lazy dog, and then some.', '[]', '[]', '[]', '[]', '[]', '[]', '[]', 'sent', :n);
UPDATE pgbench."conversations" SET "lastMessageId" = lpad(:n::text, 19, '0') || '-' || lpad(:client_id::text, 16, '0'),
    "lastMessageText" = 'Message ' || :n::text || ': the quick brown fox jumps over the lazy dog, and then some.', "lastMessageAt" = :n,
    "lastMessageSenderId" = 'u' || :client_id::text, "updatedAt" = :n, "_revision" = "_revision" + 1
  WHERE "_id" = 'c' || :client_id::text;
INSERT INTO pgbench."messageQueue" ("_id", "messageId", "conversationId", "recipientIds", "pendingFor", "status", "scheduledFor", "createdAt")
  VALUES (md5('delivery ' || :n::text || ' ' || :client_id::text), lpad(:n::text, 19, '0') || '-' || lpad(:client_id::text, 16, '0'), 'c' || :client_id::text, '[]', '[]', 'pending', :n, :n);
INSERT INTO pgbench."userActivity" ("_id", "userId", "activityType", "metadata", "timestamp")
  VALUES (lpad(:n::text, 19, '0') || '-' || lpad(:client_id::text, 16, '0'), 'u' || :client_id::text, 'message_sent',
    '{"messageId":"01977e55-5c3a-7bb0-9c35-52d1cb2e8a11","conversationId":"01977e55-5c3a-7bb0-9c35-52d1cb2e8a12"}', :n);
INSERT INTO pgbench."events" ("_id", "kind", "subject", "userId", "payload", "createdAt")
  VALUES (lpad(:n::text, 19, '0') || '-' || lpad(:client_id::text, 16, '0'), 'message.sent', lpad(:n::text, 19, '0') || '-' || lpad(:client_id::text, 16, '0'), 'u' || :client_id::text,
    '{"contentType":"text","conversationId":"01977e55-5c3a-7bb0-9c35-52d1cb2e8a12","conversationType":"group","hasMentions": false,"senderId":"01977e55-5c3a-7bb0-9c35-52d1cb2e8a13"}', :n);
UPDATE pgbench."rateLimits" SET "count" = "count" + 1, "_revision" = "_revision" + 1 WHERE "_id" = 'r' || :client_id::text;
COMMIT;
