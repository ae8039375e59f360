-- The tables of every collection, for PostgreSQL. Generated from the structs in schema/src by
-- `whisper schema export --target postgres`; a change here would be overwritten.

CREATE SEQUENCE _clock MINVALUE 0 START 0;

CREATE FUNCTION whisper_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 0::bigint
$$;

CREATE FUNCTION whisper_seq() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint := coalesce(nullif(current_setting('whisper.documents', true), ''), '0');
BEGIN
  IF n >= 16384 THEN
    RAISE EXCEPTION 'a commit has more than 16384 new documents' USING ERRCODE = '54000';
  END IF;
  PERFORM set_config('whisper.documents', (n + 1)::text, true);
  RETURN ((pg_current_xact_id()::text::bigint + whisper_offset()) << 14) | n;
END $$;

CREATE FUNCTION whisper_settled() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + whisper_offset()) << 14
$$;

CREATE FUNCTION whisper_lock(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF ids IS NULL THEN
    PERFORM pg_advisory_xact_lock(7742907356801);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(7742907356801);
    PERFORM pg_advisory_xact_lock(id::bigint) FROM unnest(ids) AS id;
  END IF;
END $$;

CREATE FUNCTION whisper_time(clock bigint) RETURNS bigint LANGUAGE sql AS $$
  SELECT CASE WHEN last_value BETWEEN clock AND clock + 86400000 THEN last_value ELSE clock END FROM _clock
$$;

CREATE FUNCTION whisper_time_given(given bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF given = (SELECT last_value FROM _clock) THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_lock(7742907356802);
  IF (SELECT last_value NOT BETWEEN given AND given + 86400000 FROM _clock) THEN
    PERFORM setval('_clock', given);
  END IF;
  PERFORM pg_advisory_unlock(7742907356802);
EXCEPTION WHEN query_canceled OR OTHERS THEN
  PERFORM pg_advisory_unlock(7742907356802);
  RAISE;
END $$;

CREATE FUNCTION whisper_lexemes(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(array_remove(string_to_array(words, ' '), ''))
$$;

CREATE FUNCTION whisper_part_bound(at bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT substr(hex, 1, 8) || '-' || substr(hex, 9, 4) FROM lpad(to_hex(at), 12, '0') AS hex
$$;

CREATE FUNCTION whisper_part_list(parent text) RETURNS TABLE (part text, number bigint, ends bigint) LANGUAGE sql STABLE AS $$
  SELECT relname::text, substr(relname, length(parent) + 3)::bigint AS number,
    ('x' || lpad(replace(substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'TO \(''([0-9a-f-]+)''\)'), '-', ''), 16, '0'))::bit(64)::bigint
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = quote_ident(parent)::regclass AND relname ~ ('^' || parent || '_p[0-9]+$')
  ORDER BY 2
$$;

CREATE FUNCTION whisper_part_ahead(parent text, until bigint, length bigint, most bigint DEFAULT 16777216) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  rest text := parent || '_rest'; part text; begins bigint; ends bigint; number bigint; made bigint := 0;
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = quote_ident(parent)::regclass), 'USAGE') THEN
    RETURN -1;
  END IF;
  SELECT list.number, list.ends INTO number, begins FROM whisper_part_list(parent) AS list ORDER BY list.number DESC LIMIT 1;
  IF begins >= until THEN
    RETURN 0;
  END IF;
  IF pg_relation_size(quote_ident(rest)::regclass) > most THEN
    RETURN -1;
  END IF;
  -- Everybody finds the parts as soon as they have the table, so they have to wait before that: one that writes would be refused by the rest, and one
  -- that reads would look for the documents that move where they were.
  EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
  IF number <> (SELECT max(list.number) FROM whisper_part_list(parent) AS list) THEN
    RETURN 0;
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE NOWAIT', rest);
  WHILE begins < until LOOP
    number := number + 1; made := made + 1; part := parent || '_p' || number;
    -- After a long pause one part takes all of it, up to the last of those that are wanted.
    ends := greatest(begins + length, until - length * 3);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS, PRIMARY KEY ("_seq"), CONSTRAINT %I UNIQUE ("_id"))', part, parent, part || '__id');
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE "_id" >= %L AND "_id" < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
      rest, whisper_part_bound(begins), whisper_part_bound(ends), part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, whisper_part_bound(begins), whisper_part_bound(ends));
    begins := ends;
  END LOOP;
  RETURN made;
END $$;

CREATE FUNCTION whisper_part_begin(parent text, days bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  first text := parent || '_p0'; rest text := parent || '_rest'; patience text := current_setting('lock_timeout');
  ends bigint := (floor(extract(epoch FROM clock_timestamp()) / 86400)::bigint + 2) * 86400000; bound text := whisper_part_bound(ends);
  make text := 'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS, PRIMARY KEY ("_seq"), CONSTRAINT %I UNIQUE ("_id"))';
BEGIN
  EXECUTE format(make, rest, parent, rest || '__id');
  IF to_regclass(quote_ident(first)) IS NULL THEN
    EXECUTE format(make, first, parent, first || '__id');
  ELSE
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE "_id" >= %L RETURNING *) INSERT INTO %I SELECT * FROM moved', first, bound, rest);
  END IF;
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', parent, first, bound);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I DEFAULT', parent, rest);
  PERFORM whisper_part_ahead(parent, ends + 2 * days * 86400000, days * 86400000);
  PERFORM set_config('lock_timeout', patience, true);
END $$;

CREATE FUNCTION whisper_part_past(parent text, until bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  past record; newest bigint; told jsonb := '[]';
BEGIN
  IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = quote_ident(parent)::regclass), 'USAGE') THEN
    RETURN '[]';
  END IF;
  FOR past IN
    SELECT list.part, greatest(reltuples, 0)::bigint AS documents FROM whisper_part_list(parent) AS list
    JOIN pg_class ON pg_class.oid = quote_ident(list.part)::regclass
    WHERE list.ends <= until AND list.number < (SELECT max(others.number) FROM whisper_part_list(parent) AS others) ORDER BY list.number
  LOOP
    EXECUTE format('SELECT max("_seq") FROM %I', past.part) INTO newest;
    told := told || jsonb_build_array(jsonb_build_array(past.part, newest, past.documents));
  END LOOP;
  RETURN told::text;
END $$;

CREATE FUNCTION whisper_part_drop(parent text, part text, last bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  newest bigint;
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
  IF NOT EXISTS (
    SELECT FROM whisper_part_list(parent) AS list
    WHERE list.part = whisper_part_drop.part AND list.number < (SELECT max(others.number) FROM whisper_part_list(parent) AS others)
  ) THEN
    RETURN false;
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE NOWAIT', part);
  EXECUTE format('SELECT max("_seq") FROM %I', part) INTO newest;
  IF newest IS DISTINCT FROM last THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE %I', part);
  RETURN true;
END $$;

CREATE TABLE "profiles" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "profiles__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "username" TEXT COLLATE "C",
  "displayName" TEXT COLLATE "C",
  "bio" TEXT COLLATE "C",
  "email" TEXT COLLATE "C",
  "phone" TEXT COLLATE "C",
  "avatarUrl" TEXT COLLATE "C",
  "avatarFileId" TEXT COLLATE "C",
  "coverImageUrl" TEXT COLLATE "C",
  "coverImageFileId" TEXT COLLATE "C",
  "tagline" TEXT COLLATE "C",
  "location" TEXT COLLATE "C",
  "timezone" TEXT COLLATE "C",
  "website" TEXT COLLATE "C",
  "socialLinks" TEXT COLLATE "C",
  "preferences" TEXT COLLATE "C",
  "privacySettings" TEXT COLLATE "C",
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'active',
  "statusMessage" TEXT COLLATE "C",
  "lastSeen" BIGINT,
  "isOnline" BOOLEAN NOT NULL DEFAULT false,
  "isVerified" BOOLEAN NOT NULL DEFAULT false,
  "isPremium" BOOLEAN NOT NULL DEFAULT false,
  "premiumExpiry" BIGINT,
  "reputationScore" BIGINT NOT NULL DEFAULT 0,
  "level" BIGINT NOT NULL DEFAULT 1,
  "xp" BIGINT NOT NULL DEFAULT 0,
  "streakDays" BIGINT NOT NULL DEFAULT 0,
  "badges" TEXT COLLATE "C" NOT NULL,
  "interests" TEXT COLLATE "C" NOT NULL,
  "languages" TEXT COLLATE "C" NOT NULL,
  "theme" TEXT COLLATE "C" NOT NULL DEFAULT 'auto',
  "createdAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE UNIQUE INDEX "profiles_idx_username" ON "profiles" ("username" ASC NULLS FIRST);

CREATE UNIQUE INDEX "profiles_idx_userId" ON "profiles" ("userId" ASC);

CREATE INDEX "profiles_idx_isOnline" ON "profiles" ("isOnline" ASC, "_seq" ASC);

CREATE INDEX "profiles_idx_lastSeen" ON "profiles" ("lastSeen" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "conversations" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversations__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "type" TEXT COLLATE "C" NOT NULL,
  "name" TEXT COLLATE "C",
  "description" TEXT COLLATE "C",
  "avatarUrl" TEXT COLLATE "C",
  "avatarFileId" TEXT COLLATE "C",
  "creatorId" TEXT COLLATE "C" NOT NULL,
  "participantIds" TEXT COLLATE "C" NOT NULL,
  "adminIds" TEXT COLLATE "C" NOT NULL,
  "moderatorIds" TEXT COLLATE "C" NOT NULL,
  "participantCount" BIGINT NOT NULL DEFAULT 0,
  "maxParticipants" BIGINT NOT NULL DEFAULT 200000,
  "isEncrypted" BOOLEAN NOT NULL DEFAULT true,
  "encryptionVersion" TEXT COLLATE "C",
  "isPinned" TEXT COLLATE "C" NOT NULL,
  "isMuted" TEXT COLLATE "C" NOT NULL,
  "isArchived" TEXT COLLATE "C" NOT NULL,
  "lastMessageId" TEXT COLLATE "C",
  "lastMessageText" TEXT COLLATE "C",
  "lastMessageAt" BIGINT,
  "lastMessageSenderId" TEXT COLLATE "C",
  "unreadCount" TEXT COLLATE "C",
  "settings" TEXT COLLATE "C",
  "isPublic" BOOLEAN NOT NULL DEFAULT false,
  "inviteLink" TEXT COLLATE "C",
  "inviteLinkExpiry" BIGINT,
  "category" TEXT COLLATE "C",
  "tags" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE INDEX "conversations_idx_lastMessageAt" ON "conversations" ("lastMessageAt" DESC NULLS LAST, "_seq" DESC);

CREATE INDEX "conversations_idx_type" ON "conversations" ("type" ASC, "_seq" ASC);

CREATE INDEX "conversations_idx_creatorId" ON "conversations" ("creatorId" ASC, "_seq" ASC);

CREATE INDEX "conversations_idx_public" ON "conversations" ("isPublic" ASC, "participantCount" ASC, "_seq" ASC);

CREATE INDEX "conversations_idx_public_category" ON "conversations" ("isPublic" ASC, "category" ASC NULLS FIRST, "participantCount" ASC, "_seq" ASC);

CREATE TABLE "messages" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messages__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "senderId" TEXT COLLATE "C" NOT NULL,
  "content" TEXT COLLATE "C" NOT NULL,
  "contentType" TEXT COLLATE "C" NOT NULL,
  "plainText" TEXT COLLATE "C",
  "mediaUrls" TEXT COLLATE "C" NOT NULL,
  "mediaFileIds" TEXT COLLATE "C" NOT NULL,
  "thumbnailUrl" TEXT COLLATE "C",
  "thumbnailFileId" TEXT COLLATE "C",
  "metadata" TEXT COLLATE "C",
  "replyToMessageId" TEXT COLLATE "C",
  "forwardedFromMessageId" TEXT COLLATE "C",
  "forwardedFromConversationId" TEXT COLLATE "C",
  "editedAt" BIGINT,
  "deletedAt" BIGINT,
  "deletedFor" TEXT COLLATE "C" NOT NULL,
  "isSystemMessage" BOOLEAN NOT NULL DEFAULT false,
  "isPinned" BOOLEAN NOT NULL DEFAULT false,
  "pinnedAt" BIGINT,
  "reactions" TEXT COLLATE "C",
  "mentions" TEXT COLLATE "C" NOT NULL,
  "links" TEXT COLLATE "C" NOT NULL,
  "readBy" TEXT COLLATE "C" NOT NULL,
  "deliveredTo" TEXT COLLATE "C" NOT NULL,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'sending',
  "expiresAt" BIGINT,
  "createdAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE INDEX "messages_idx_conversation_time" ON "messages" ("conversationId" ASC, "createdAt" DESC NULLS LAST, "_seq" DESC);

CREATE INDEX "messages_idx_sender" ON "messages" ("senderId" ASC, "_seq" ASC);

CREATE INDEX "messages_idx_contentType" ON "messages" ("contentType" ASC, "_seq" ASC);

CREATE INDEX "messages_idx_conversation_order" ON "messages" ("conversationId" ASC, "_seq" ASC);

CREATE INDEX "messages_idx_conversation_reply" ON "messages" ("conversationId" ASC, "replyToMessageId" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "messageQueue" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageQueue__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "recipientIds" TEXT COLLATE "C" NOT NULL,
  "pendingFor" TEXT COLLATE "C" NOT NULL,
  "priority" BIGINT NOT NULL DEFAULT 0,
  "retryCount" BIGINT NOT NULL DEFAULT 0,
  "maxRetries" BIGINT NOT NULL DEFAULT 3,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
  "error" TEXT COLLATE "C",
  "scheduledFor" BIGINT,
  "createdAt" BIGINT,
  "processedAt" BIGINT
);

CREATE INDEX "messageQueue_idx_status_priority" ON "messageQueue" ("status" ASC, "priority" DESC, "_seq" DESC);

CREATE INDEX "messageQueue_idx_scheduled" ON "messageQueue" ("scheduledFor" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "contacts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "contacts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "contactUserId" TEXT COLLATE "C" NOT NULL,
  "nickname" TEXT COLLATE "C",
  "relationship" TEXT COLLATE "C" NOT NULL DEFAULT 'friend',
  "isBlocked" BOOLEAN NOT NULL DEFAULT false,
  "isFavorite" BOOLEAN NOT NULL DEFAULT false,
  "notes" TEXT COLLATE "C",
  "tags" TEXT COLLATE "C" NOT NULL,
  "lastInteraction" BIGINT,
  "addedAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE UNIQUE INDEX "contacts_idx_user_contact" ON "contacts" ("userId" ASC, "contactUserId" ASC);

CREATE INDEX "contacts_idx_relationship" ON "contacts" ("userId" ASC, "relationship" ASC, "_seq" ASC);

CREATE INDEX "contacts_idx_favorite" ON "contacts" ("userId" ASC, "isFavorite" ASC, "_seq" ASC);

CREATE INDEX "contacts_idx_blocked" ON "contacts" ("userId" ASC, "isBlocked" ASC, "_seq" ASC);

CREATE INDEX "contacts_idx_blockers" ON "contacts" ("contactUserId" ASC, "isBlocked" ASC, "_seq" ASC);

CREATE TABLE "typingIndicators" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "typingIndicators__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "isTyping" BOOLEAN NOT NULL DEFAULT true,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "typingIndicators_idx_conversation_typing" ON "typingIndicators" ("conversationId" ASC, "isTyping" ASC, "_seq" ASC);

CREATE INDEX "typingIndicators_idx_expires" ON "typingIndicators" ("expiresAt" ASC, "_seq" ASC);

CREATE INDEX "typingIndicators_idx_conversation_expires" ON "typingIndicators" ("conversationId" ASC, "expiresAt" ASC, "_seq" ASC);

CREATE TABLE "presence" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "presence__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "status" TEXT COLLATE "C" NOT NULL,
  "device" TEXT COLLATE "C",
  "lastSeen" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "presence_idx_userId_unique" ON "presence" ("userId" ASC);

CREATE INDEX "presence_idx_status" ON "presence" ("status" ASC, "_seq" ASC);

CREATE TABLE "stories" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "stories__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "contentType" TEXT COLLATE "C" NOT NULL,
  "mediaUrl" TEXT COLLATE "C",
  "mediaFileId" TEXT COLLATE "C",
  "thumbnailUrl" TEXT COLLATE "C",
  "text" TEXT COLLATE "C",
  "backgroundColor" TEXT COLLATE "C",
  "duration" BIGINT NOT NULL DEFAULT 5,
  "filters" TEXT COLLATE "C",
  "stickers" TEXT COLLATE "C",
  "music" TEXT COLLATE "C",
  "location" TEXT COLLATE "C",
  "mentions" TEXT COLLATE "C" NOT NULL,
  "viewerIds" TEXT COLLATE "C" NOT NULL,
  "viewCount" BIGINT NOT NULL DEFAULT 0,
  "reactionCount" BIGINT NOT NULL DEFAULT 0,
  "replyCount" BIGINT NOT NULL DEFAULT 0,
  "shareCount" BIGINT NOT NULL DEFAULT 0,
  "privacy" TEXT COLLATE "C" NOT NULL DEFAULT 'friends',
  "allowReplies" BOOLEAN NOT NULL DEFAULT true,
  "expiresAt" BIGINT NOT NULL,
  "createdAt" BIGINT
);

CREATE INDEX "stories_idx_userId_time" ON "stories" ("userId" ASC, "createdAt" DESC NULLS LAST, "_seq" DESC);

CREATE INDEX "stories_idx_expires" ON "stories" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "storyViews" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "storyViews__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "storyId" TEXT COLLATE "C" NOT NULL,
  "viewerId" TEXT COLLATE "C" NOT NULL,
  "watchDuration" BIGINT NOT NULL DEFAULT 0,
  "completedView" BOOLEAN NOT NULL DEFAULT false,
  "viewedAt" BIGINT
);

CREATE UNIQUE INDEX "storyViews_idx_story_viewer" ON "storyViews" ("storyId" ASC, "viewerId" ASC);

CREATE INDEX "storyViews_idx_storyId" ON "storyViews" ("storyId" ASC, "_seq" ASC);

-- idx_hashtags is left out: the elements of a JSON array have no index.
CREATE TABLE "posts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "posts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "content" TEXT COLLATE "C",
  "contentType" TEXT COLLATE "C" NOT NULL DEFAULT 'text',
  "mediaUrls" TEXT COLLATE "C" NOT NULL,
  "mediaFileIds" TEXT COLLATE "C" NOT NULL,
  "thumbnails" TEXT COLLATE "C",
  "mentions" TEXT COLLATE "C" NOT NULL,
  "hashtags" TEXT COLLATE "C" NOT NULL,
  "location" TEXT COLLATE "C",
  "privacy" TEXT COLLATE "C" NOT NULL DEFAULT 'public',
  "allowComments" BOOLEAN NOT NULL DEFAULT true,
  "allowShares" BOOLEAN NOT NULL DEFAULT true,
  "likeCount" BIGINT NOT NULL DEFAULT 0,
  "commentCount" BIGINT NOT NULL DEFAULT 0,
  "shareCount" BIGINT NOT NULL DEFAULT 0,
  "viewCount" BIGINT NOT NULL DEFAULT 0,
  "isPinned" BOOLEAN NOT NULL DEFAULT false,
  "isSponsored" BOOLEAN NOT NULL DEFAULT false,
  "createdAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE INDEX "posts_idx_userId_time" ON "posts" ("userId" ASC, "createdAt" DESC NULLS LAST, "_seq" DESC);

CREATE TABLE "postReactions" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "postReactions__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "postId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "reaction" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT
);

CREATE UNIQUE INDEX "postReactions_idx_post_user_unique" ON "postReactions" ("postId" ASC, "userId" ASC);

CREATE INDEX "postReactions_idx_postId" ON "postReactions" ("postId" ASC, "_seq" ASC);

CREATE TABLE "comments" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "comments__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "postId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "content" TEXT COLLATE "C" NOT NULL,
  "parentCommentId" TEXT COLLATE "C",
  "mentions" TEXT COLLATE "C" NOT NULL,
  "likeCount" BIGINT NOT NULL DEFAULT 0,
  "replyCount" BIGINT NOT NULL DEFAULT 0,
  "createdAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE INDEX "comments_idx_post_time" ON "comments" ("postId" ASC, "createdAt" DESC NULLS LAST, "_seq" DESC);

CREATE INDEX "comments_idx_userId" ON "comments" ("userId" ASC, "_seq" ASC);

CREATE TABLE "follows" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "follows__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "followerId" TEXT COLLATE "C" NOT NULL,
  "followingId" TEXT COLLATE "C" NOT NULL,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'accepted',
  "isCloseFriend" BOOLEAN NOT NULL DEFAULT false,
  "notificationsEnabled" BOOLEAN NOT NULL DEFAULT true,
  "createdAt" BIGINT
);

CREATE UNIQUE INDEX "follows_idx_follower_following" ON "follows" ("followerId" ASC, "followingId" ASC);

CREATE INDEX "follows_idx_followingId" ON "follows" ("followingId" ASC, "_seq" ASC);

CREATE TABLE "wallets" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "wallets__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "address" TEXT COLLATE "C" NOT NULL,
  "chain" TEXT COLLATE "C" NOT NULL,
  "walletType" TEXT COLLATE "C" NOT NULL DEFAULT 'metamask',
  "isPrimary" BOOLEAN NOT NULL DEFAULT false,
  "nickname" TEXT COLLATE "C",
  "balance" TEXT COLLATE "C",
  "nftsCount" BIGINT NOT NULL DEFAULT 0,
  "lastSynced" BIGINT,
  "isVerified" BOOLEAN NOT NULL DEFAULT false,
  "verifiedAt" BIGINT,
  "addedAt" BIGINT
);

CREATE INDEX "wallets_idx_userId_chain" ON "wallets" ("userId" ASC, "chain" ASC, "_seq" ASC);

CREATE UNIQUE INDEX "wallets_idx_address_unique" ON "wallets" ("address" ASC, "chain" ASC);

CREATE TABLE "nfts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "nfts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "walletAddress" TEXT COLLATE "C" NOT NULL,
  "chain" TEXT COLLATE "C" NOT NULL,
  "contractAddress" TEXT COLLATE "C" NOT NULL,
  "tokenId" TEXT COLLATE "C" NOT NULL,
  "tokenStandard" TEXT COLLATE "C" NOT NULL DEFAULT 'ERC721',
  "name" TEXT COLLATE "C",
  "description" TEXT COLLATE "C",
  "imageUrl" TEXT COLLATE "C",
  "animationUrl" TEXT COLLATE "C",
  "attributes" TEXT COLLATE "C",
  "metadata" TEXT COLLATE "C",
  "isHidden" BOOLEAN NOT NULL DEFAULT false,
  "isProfilePicture" BOOLEAN NOT NULL DEFAULT false,
  "lastSynced" BIGINT,
  "acquiredAt" BIGINT
);

CREATE INDEX "nfts_idx_userId" ON "nfts" ("userId" ASC, "_seq" ASC);

CREATE UNIQUE INDEX "nfts_idx_contract_token" ON "nfts" ("contractAddress" ASC, "tokenId" ASC, "chain" ASC);

CREATE TABLE "cryptoTransactions" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "cryptoTransactions__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "txHash" TEXT COLLATE "C" NOT NULL,
  "chain" TEXT COLLATE "C" NOT NULL,
  "type" TEXT COLLATE "C" NOT NULL,
  "fromAddress" TEXT COLLATE "C" NOT NULL,
  "toAddress" TEXT COLLATE "C" NOT NULL,
  "amount" TEXT COLLATE "C",
  "token" TEXT COLLATE "C",
  "tokenAddress" TEXT COLLATE "C",
  "usdValue" DOUBLE PRECISION,
  "gasUsed" TEXT COLLATE "C",
  "gasPriceGwei" TEXT COLLATE "C",
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
  "blockNumber" BIGINT,
  "timestamp" BIGINT,
  "relatedMessageId" TEXT COLLATE "C",
  "metadata" TEXT COLLATE "C",
  "createdAt" BIGINT
);

CREATE INDEX "cryptoTransactions_idx_userId_time" ON "cryptoTransactions" ("userId" ASC, "timestamp" DESC NULLS LAST, "_seq" DESC);

CREATE UNIQUE INDEX "cryptoTransactions_idx_txHash_unique" ON "cryptoTransactions" ("txHash" ASC, "chain" ASC);

CREATE INDEX "cryptoTransactions_idx_status" ON "cryptoTransactions" ("status" ASC, "_seq" ASC);

CREATE TABLE "tokenGifts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "tokenGifts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "senderId" TEXT COLLATE "C" NOT NULL,
  "recipientId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C",
  "messageId" TEXT COLLATE "C",
  "giftType" TEXT COLLATE "C" NOT NULL,
  "chain" TEXT COLLATE "C" NOT NULL,
  "tokenAddress" TEXT COLLATE "C",
  "tokenAmount" TEXT COLLATE "C",
  "nftContractAddress" TEXT COLLATE "C",
  "nftTokenId" TEXT COLLATE "C",
  "usdValue" DOUBLE PRECISION,
  "message" TEXT COLLATE "C",
  "animation" TEXT COLLATE "C" NOT NULL DEFAULT 'confetti',
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
  "txHash" TEXT COLLATE "C",
  "claimTxHash" TEXT COLLATE "C",
  "expiresAt" BIGINT,
  "claimedAt" BIGINT,
  "createdAt" BIGINT
);

CREATE INDEX "tokenGifts_idx_recipient_status" ON "tokenGifts" ("recipientId" ASC, "status" ASC, "_seq" ASC);

CREATE INDEX "tokenGifts_idx_sender" ON "tokenGifts" ("senderId" ASC, "_seq" ASC);

CREATE INDEX "tokenGifts_idx_expires" ON "tokenGifts" ("expiresAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "contractHooks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "contractHooks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "name" TEXT COLLATE "C" NOT NULL,
  "chain" TEXT COLLATE "C" NOT NULL,
  "contractAddress" TEXT COLLATE "C" NOT NULL,
  "abi" TEXT COLLATE "C" NOT NULL,
  "hookType" TEXT COLLATE "C" NOT NULL,
  "isActive" BOOLEAN NOT NULL DEFAULT true,
  "fallbackEnabled" BOOLEAN NOT NULL DEFAULT true,
  "config" TEXT COLLATE "C",
  "lastExecuted" BIGINT,
  "executionCount" BIGINT NOT NULL DEFAULT 0,
  "errorCount" BIGINT NOT NULL DEFAULT 0,
  "createdAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE INDEX "contractHooks_idx_chain_type" ON "contractHooks" ("chain" ASC, "hookType" ASC, "_seq" ASC);

CREATE INDEX "contractHooks_idx_isActive" ON "contractHooks" ("isActive" ASC, "_seq" ASC);

CREATE TABLE "tokenHoldings" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "tokenHoldings__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "walletAddress" TEXT COLLATE "C" NOT NULL,
  "chain" TEXT COLLATE "C" NOT NULL,
  "tokenAddress" TEXT COLLATE "C" NOT NULL,
  "tokenSymbol" TEXT COLLATE "C",
  "tokenName" TEXT COLLATE "C",
  "balance" TEXT COLLATE "C",
  "decimals" BIGINT NOT NULL DEFAULT 18,
  "usdValue" DOUBLE PRECISION,
  "pricePerToken" DOUBLE PRECISION,
  "lastSynced" BIGINT
);

CREATE UNIQUE INDEX "tokenHoldings_idx_user_chain_token" ON "tokenHoldings" ("userId" ASC, "chain" ASC, "tokenAddress" ASC);

CREATE INDEX "tokenHoldings_idx_userId" ON "tokenHoldings" ("userId" ASC, "_seq" ASC);

-- idx_tags is left out: the elements of a JSON array have no index.
CREATE TABLE "stickers" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "stickers__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "name" TEXT COLLATE "C" NOT NULL,
  "description" TEXT COLLATE "C",
  "creatorId" TEXT COLLATE "C",
  "packId" TEXT COLLATE "C",
  "imageUrl" TEXT COLLATE "C" NOT NULL,
  "imageFileId" TEXT COLLATE "C",
  "animatedUrl" TEXT COLLATE "C",
  "animatedFileId" TEXT COLLATE "C",
  "tags" TEXT COLLATE "C" NOT NULL,
  "category" TEXT COLLATE "C",
  "isPremium" BOOLEAN NOT NULL DEFAULT false,
  "isAnimated" BOOLEAN NOT NULL DEFAULT false,
  "usageCount" BIGINT NOT NULL DEFAULT 0,
  "isPublic" BOOLEAN NOT NULL DEFAULT true,
  "createdAt" BIGINT
);

CREATE INDEX "stickers_idx_packId" ON "stickers" ("packId" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "stickers_idx_category" ON "stickers" ("category" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "stickerPacks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "stickerPacks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "name" TEXT COLLATE "C" NOT NULL,
  "description" TEXT COLLATE "C",
  "creatorId" TEXT COLLATE "C",
  "coverImageUrl" TEXT COLLATE "C",
  "coverImageFileId" TEXT COLLATE "C",
  "stickerCount" BIGINT NOT NULL DEFAULT 0,
  "isPremium" BOOLEAN NOT NULL DEFAULT false,
  "price" DOUBLE PRECISION NOT NULL DEFAULT 0.0,
  "currency" TEXT COLLATE "C",
  "downloadCount" BIGINT NOT NULL DEFAULT 0,
  "isPublic" BOOLEAN NOT NULL DEFAULT true,
  "tags" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT,
  "updatedAt" BIGINT
);

CREATE INDEX "stickerPacks_idx_creatorId" ON "stickerPacks" ("creatorId" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "stickerPacks_idx_isPremium" ON "stickerPacks" ("isPremium" ASC, "_seq" ASC);

CREATE TABLE "userStickers" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "userStickers__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "stickerPackId" TEXT COLLATE "C" NOT NULL,
  "isPurchased" BOOLEAN NOT NULL DEFAULT false,
  "isFavorite" BOOLEAN NOT NULL DEFAULT false,
  "addedAt" BIGINT
);

CREATE UNIQUE INDEX "userStickers_idx_user_pack" ON "userStickers" ("userId" ASC, "stickerPackId" ASC);

CREATE INDEX "userStickers_idx_userId" ON "userStickers" ("userId" ASC, "_seq" ASC);

-- idx_tags is left out: the elements of a JSON array have no index.
CREATE TABLE "gifs" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "gifs__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "title" TEXT COLLATE "C" NOT NULL,
  "url" TEXT COLLATE "C" NOT NULL,
  "fileId" TEXT COLLATE "C",
  "thumbnailUrl" TEXT COLLATE "C",
  "source" TEXT COLLATE "C",
  "externalId" TEXT COLLATE "C",
  "tags" TEXT COLLATE "C" NOT NULL,
  "category" TEXT COLLATE "C",
  "width" BIGINT,
  "height" BIGINT,
  "usageCount" BIGINT NOT NULL DEFAULT 0,
  "createdAt" BIGINT
);

CREATE INDEX "gifs_idx_category" ON "gifs" ("category" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "polls" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "polls__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "creatorId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C",
  "messageId" TEXT COLLATE "C",
  "question" TEXT COLLATE "C" NOT NULL,
  "options" TEXT COLLATE "C" NOT NULL,
  "votes" TEXT COLLATE "C",
  "totalVotes" BIGINT NOT NULL DEFAULT 0,
  "allowMultiple" BOOLEAN NOT NULL DEFAULT false,
  "isAnonymous" BOOLEAN NOT NULL DEFAULT false,
  "expiresAt" BIGINT,
  "createdAt" BIGINT
);

CREATE INDEX "polls_idx_conversationId" ON "polls" ("conversationId" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "polls_idx_creatorId" ON "polls" ("creatorId" ASC, "_seq" ASC);

CREATE TABLE "arFilters" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "arFilters__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "name" TEXT COLLATE "C" NOT NULL,
  "description" TEXT COLLATE "C",
  "creatorId" TEXT COLLATE "C",
  "thumbnailUrl" TEXT COLLATE "C" NOT NULL,
  "thumbnailFileId" TEXT COLLATE "C",
  "filterDataUrl" TEXT COLLATE "C" NOT NULL,
  "filterDataFileId" TEXT COLLATE "C",
  "category" TEXT COLLATE "C" NOT NULL DEFAULT 'face',
  "tags" TEXT COLLATE "C" NOT NULL,
  "isPremium" BOOLEAN NOT NULL DEFAULT false,
  "usageCount" BIGINT NOT NULL DEFAULT 0,
  "isPublic" BOOLEAN NOT NULL DEFAULT true,
  "createdAt" BIGINT
);

CREATE INDEX "arFilters_idx_category" ON "arFilters" ("category" ASC, "_seq" ASC);

CREATE INDEX "arFilters_idx_creatorId" ON "arFilters" ("creatorId" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "mediaLibrary" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "mediaLibrary__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "fileId" TEXT COLLATE "C" NOT NULL,
  "fileName" TEXT COLLATE "C" NOT NULL,
  "fileType" TEXT COLLATE "C" NOT NULL,
  "mimeType" TEXT COLLATE "C",
  "fileSize" BIGINT,
  "width" BIGINT,
  "height" BIGINT,
  "duration" BIGINT,
  "thumbnailFileId" TEXT COLLATE "C",
  "url" TEXT COLLATE "C",
  "metadata" TEXT COLLATE "C",
  "tags" TEXT COLLATE "C" NOT NULL,
  "album" TEXT COLLATE "C",
  "isPublic" BOOLEAN NOT NULL DEFAULT false,
  "uploadedAt" BIGINT
);

CREATE INDEX "mediaLibrary_idx_userId_time" ON "mediaLibrary" ("userId" ASC, "uploadedAt" DESC NULLS LAST, "_seq" DESC);

CREATE INDEX "mediaLibrary_idx_fileType" ON "mediaLibrary" ("fileType" ASC, "_seq" ASC);

CREATE TABLE "userActivity" (
  "_seq" BIGINT NOT NULL DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "userActivity__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "activityType" TEXT COLLATE "C" NOT NULL,
  "metadata" TEXT COLLATE "C",
  "ipAddress" TEXT COLLATE "C",
  "userAgent" TEXT COLLATE "C",
  "timestamp" BIGINT NOT NULL
) PARTITION BY RANGE ("_id");

CREATE INDEX "userActivity_idx_userId_time" ON "userActivity" ("userId" ASC, "timestamp" DESC, "_seq" DESC);

CREATE INDEX "userActivity_idx_activityType" ON "userActivity" ("activityType" ASC, "_seq" ASC);

SELECT whisper_part_begin('userActivity', 15);

CREATE TABLE "notifications" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "notifications__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "type" TEXT COLLATE "C" NOT NULL,
  "title" TEXT COLLATE "C" NOT NULL,
  "body" TEXT COLLATE "C",
  "actionUrl" TEXT COLLATE "C",
  "imageUrl" TEXT COLLATE "C",
  "metadata" TEXT COLLATE "C",
  "isRead" BOOLEAN NOT NULL DEFAULT false,
  "readAt" BIGINT,
  "priority" TEXT COLLATE "C" NOT NULL DEFAULT 'normal',
  "expiresAt" BIGINT,
  "createdAt" BIGINT
);

CREATE INDEX "notifications_idx_userId_read" ON "notifications" ("userId" ASC, "isRead" ASC, "_seq" ASC);

CREATE INDEX "notifications_idx_createdAt" ON "notifications" ("createdAt" DESC NULLS LAST, "_seq" DESC);

CREATE TABLE "appAnalytics" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "appAnalytics__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "metricName" TEXT COLLATE "C" NOT NULL,
  "metricValue" DOUBLE PRECISION NOT NULL,
  "dimensions" TEXT COLLATE "C",
  "timestamp" BIGINT NOT NULL
);

CREATE INDEX "appAnalytics_idx_metric_time" ON "appAnalytics" ("metricName" ASC, "timestamp" DESC, "_seq" DESC);

CREATE TABLE "errorLogs" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "errorLogs__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C",
  "errorType" TEXT COLLATE "C" NOT NULL,
  "errorMessage" TEXT COLLATE "C" NOT NULL,
  "stackTrace" TEXT COLLATE "C",
  "context" TEXT COLLATE "C",
  "severity" TEXT COLLATE "C" NOT NULL DEFAULT 'error',
  "resolved" BOOLEAN NOT NULL DEFAULT false,
  "timestamp" BIGINT NOT NULL
);

CREATE INDEX "errorLogs_idx_severity_time" ON "errorLogs" ("severity" ASC, "timestamp" DESC, "_seq" DESC);

CREATE INDEX "errorLogs_idx_resolved" ON "errorLogs" ("resolved" ASC, "_seq" ASC);

CREATE TABLE "accounts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "accounts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "email" TEXT COLLATE "C",
  "passwordHash" TEXT COLLATE "C",
  "isAnonymous" BOOLEAN NOT NULL DEFAULT false,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'active',
  "createdAt" BIGINT NOT NULL,
  "updatedAt" BIGINT NOT NULL,
  "passwordChangedAt" BIGINT,
  "lastSignInAt" BIGINT
);

CREATE UNIQUE INDEX "accounts_idx_email" ON "accounts" ("email" ASC NULLS FIRST);

CREATE TABLE "sessions" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "sessions__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "refreshHash" TEXT COLLATE "C" NOT NULL,
  "previousRefreshHash" TEXT COLLATE "C",
  "device" TEXT COLLATE "C",
  "userAgent" TEXT COLLATE "C",
  "ipAddress" TEXT COLLATE "C",
  "createdAt" BIGINT NOT NULL,
  "lastUsedAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL,
  "refreshedAt" BIGINT
);

CREATE INDEX "sessions_idx_user" ON "sessions" ("userId" ASC, "lastUsedAt" ASC, "_seq" ASC);

CREATE INDEX "sessions_idx_expires" ON "sessions" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "signingKeys" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "signingKeys__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "purpose" TEXT COLLATE "C" NOT NULL,
  "algorithm" TEXT COLLATE "C" NOT NULL,
  "secret" TEXT COLLATE "C" NOT NULL,
  "publicKey" TEXT COLLATE "C",
  "createdAt" BIGINT NOT NULL,
  "retiredAt" BIGINT
);

CREATE INDEX "signingKeys_idx_purpose" ON "signingKeys" ("purpose" ASC, "_seq" ASC);

CREATE TABLE "conversationMembers" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversationMembers__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "role" TEXT COLLATE "C" NOT NULL DEFAULT 'member',
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'active',
  "isMuted" BOOLEAN NOT NULL DEFAULT false,
  "mutedUntil" BIGINT,
  "isMarkedUnread" BOOLEAN NOT NULL DEFAULT false,
  "isHidden" BOOLEAN NOT NULL DEFAULT false,
  "isPinned" BOOLEAN NOT NULL DEFAULT false,
  "isArchived" BOOLEAN NOT NULL DEFAULT false,
  "isBlocked" BOOLEAN NOT NULL DEFAULT false,
  "isRequest" BOOLEAN NOT NULL DEFAULT false,
  "lastReadMessageId" TEXT COLLATE "C",
  "lastReadAt" BIGINT,
  "readPosition" BIGINT,
  "receiptPosition" BIGINT,
  "deliveredPosition" BIGINT,
  "joinedPosition" BIGINT,
  "clearedPosition" BIGINT,
  "deletedPosition" BIGINT,
  "historyPosition" BIGINT,
  "lastSentAt" BIGINT,
  "joinedAt" BIGINT NOT NULL,
  "leftAt" BIGINT,
  "updatedAt" BIGINT,
  "invitedBy" TEXT COLLATE "C",
  "invitationId" TEXT COLLATE "C"
);

CREATE UNIQUE INDEX "conversationMembers_idx_conversation_user" ON "conversationMembers" ("conversationId" ASC, "userId" ASC);

CREATE INDEX "conversationMembers_idx_user_list" ON "conversationMembers" ("userId" ASC, "status" ASC, "isHidden" ASC, "isRequest" ASC, "isArchived" ASC, "isPinned" ASC, "conversationId" ASC, "_seq" ASC);

CREATE INDEX "conversationMembers_idx_conversation_status" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "joinedAt" ASC, "_seq" ASC);

CREATE INDEX "conversationMembers_idx_conversation_role" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "role" ASC, "_seq" ASC);

CREATE INDEX "conversationMembers_idx_conversation_receipt" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "receiptPosition" ASC NULLS FIRST, "joinedPosition" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "conversationMembers_idx_conversation_delivered" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "deliveredPosition" ASC NULLS FIRST, "joinedPosition" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "conversationMembers_idx_left" ON "conversationMembers" ("leftAt" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "conversationMembers_idx_invitation" ON "conversationMembers" ("invitationId" ASC NULLS FIRST, "status" ASC, "joinedAt" ASC, "_seq" ASC);

CREATE TABLE "conversationLists" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversationLists__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "pinnedIds" TEXT COLLATE "C" NOT NULL,
  "folderIds" TEXT COLLATE "C" NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE TABLE "conversationFolders" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversationFolders__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "name" TEXT COLLATE "C" NOT NULL,
  "icon" TEXT COLLATE "C",
  "kinds" TEXT COLLATE "C" NOT NULL,
  "exclusions" TEXT COLLATE "C" NOT NULL,
  "includedIds" TEXT COLLATE "C" NOT NULL,
  "excludedIds" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE INDEX "conversationFolders_idx_user" ON "conversationFolders" ("userId" ASC, "_seq" ASC);

CREATE TABLE "listChanges" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "listChanges__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "scope" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE INDEX "listChanges_idx_scope" ON "listChanges" ("scope" ASC, "_seq" ASC);

CREATE TABLE "idempotencyKeys" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "idempotencyKeys__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "route" TEXT COLLATE "C" NOT NULL,
  "key" TEXT COLLATE "C" NOT NULL,
  "bodyHash" TEXT COLLATE "C" NOT NULL,
  "status" BIGINT NOT NULL,
  "response" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "idempotencyKeys_idx_user_route_key" ON "idempotencyKeys" ("userId" ASC, "route" ASC, "key" ASC);

CREATE INDEX "idempotencyKeys_idx_expires" ON "idempotencyKeys" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "rateLimits" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "rateLimits__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "bucket" TEXT COLLATE "C" NOT NULL,
  "windowStart" BIGINT NOT NULL,
  "count" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "rateLimits_idx_bucket" ON "rateLimits" ("bucket" ASC);

CREATE INDEX "rateLimits_idx_expires" ON "rateLimits" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "receiptTrails" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "receiptTrails__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "read" TEXT COLLATE "C" NOT NULL,
  "delivered" TEXT COLLATE "C" NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE INDEX "receiptTrails_idx_updated" ON "receiptTrails" ("updatedAt" ASC, "_seq" ASC);

CREATE TABLE "events" (
  "_seq" BIGINT NOT NULL DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "events__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "kind" TEXT COLLATE "C" NOT NULL,
  "subject" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C",
  "payload" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL
) PARTITION BY RANGE ("_id");

CREATE INDEX "events_idx_kind" ON "events" ("kind" ASC, "_seq" ASC);

SELECT whisper_part_begin('events', 5);

CREATE TABLE "consumerCursors" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "consumerCursors__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "reads" TEXT COLLATE "C",
  "position" BIGINT NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE TABLE "jobLeases" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "jobLeases__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "holder" TEXT COLLATE "C",
  "until" BIGINT,
  "ranFor" BIGINT
);

CREATE TABLE "jobRuns" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "jobRuns__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "job" TEXT COLLATE "C" NOT NULL,
  "startedAt" BIGINT NOT NULL,
  "finishedAt" BIGINT,
  "found" BIGINT NOT NULL,
  "done" BIGINT NOT NULL,
  "failed" BIGINT NOT NULL,
  "capped" BOOLEAN NOT NULL DEFAULT false,
  "error" TEXT COLLATE "C"
);

CREATE INDEX "jobRuns_idx_job_time" ON "jobRuns" ("job" ASC, "startedAt" DESC, "_seq" DESC);

CREATE TABLE "messageDrafts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageDrafts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "content" TEXT COLLATE "C" NOT NULL,
  "replyToMessageId" TEXT COLLATE "C",
  "custom" TEXT COLLATE "C",
  "updatedAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "messageDrafts_idx_user" ON "messageDrafts" ("userId" ASC, "updatedAt" ASC, "_seq" ASC);

CREATE INDEX "messageDrafts_idx_expires" ON "messageDrafts" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "messageExpiries" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageExpiries__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "messageExpiries_idx_expires" ON "messageExpiries" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "messageMarks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageMarks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT COLLATE "C" NOT NULL,
  "position" BIGINT NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE INDEX "messageMarks_idx_user_conversation" ON "messageMarks" ("userId" ASC, "conversationId" ASC, "kind" ASC, "position" ASC, "messageId" ASC, "_seq" ASC);

CREATE INDEX "messageMarks_idx_user_kind" ON "messageMarks" ("userId" ASC, "kind" ASC, "_seq" ASC);

CREATE INDEX "messageMarks_idx_message" ON "messageMarks" ("messageId" ASC, "kind" ASC, "_seq" ASC);

CREATE TABLE "messageReactions" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageReactions__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "reaction" TEXT COLLATE "C" NOT NULL,
  "place" BIGINT NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "messageReactions_idx_message_user_place" ON "messageReactions" ("messageId" ASC, "userId" ASC, "place" ASC);

CREATE INDEX "messageReactions_idx_message" ON "messageReactions" ("messageId" ASC, "_seq" ASC);

CREATE INDEX "messageReactions_idx_message_reaction" ON "messageReactions" ("messageId" ASC, "reaction" ASC, "_seq" ASC);

CREATE TABLE "messageReactionCounts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageReactionCounts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "reaction" TEXT COLLATE "C" NOT NULL,
  "count" BIGINT NOT NULL
);

CREATE INDEX "messageReactionCounts_idx_message_count" ON "messageReactionCounts" ("messageId" ASC, "count" DESC, "_seq" DESC);

CREATE TABLE "messageReferences" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageReferences__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT COLLATE "C" NOT NULL,
  "documentId" TEXT COLLATE "C" NOT NULL
);

CREATE INDEX "messageReferences_idx_message" ON "messageReferences" ("messageId" ASC, "_seq" ASC);

CREATE TABLE "messageRemains" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageRemains__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "dueAt" BIGINT NOT NULL
);

CREATE INDEX "messageRemains_idx_due" ON "messageRemains" ("dueAt" ASC, "_seq" ASC);

CREATE TABLE "messageVersions" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageVersions__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "number" BIGINT NOT NULL,
  "content" TEXT COLLATE "C" NOT NULL,
  "mentions" TEXT COLLATE "C" NOT NULL,
  "links" TEXT COLLATE "C" NOT NULL,
  "writtenAt" BIGINT NOT NULL,
  "replacedAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "messageVersions_idx_message" ON "messageVersions" ("messageId" ASC, "number" ASC);

CREATE TABLE "messagePins" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messagePins__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "place" BIGINT NOT NULL,
  "pinnedBy" TEXT COLLATE "C" NOT NULL,
  "pinnedAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "messagePins_idx_conversation_place" ON "messagePins" ("conversationId" ASC, "place" ASC);

CREATE INDEX "messagePins_idx_conversation" ON "messagePins" ("conversationId" ASC, "_seq" ASC);

CREATE TABLE "messageThreads" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageThreads__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "replyCount" BIGINT NOT NULL,
  "lastReplyAt" BIGINT NOT NULL
);

CREATE TABLE "messageOpenings" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "messageOpenings__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "openedAt" BIGINT NOT NULL
);

CREATE INDEX "messageOpenings_idx_message" ON "messageOpenings" ("messageId" ASC, "_seq" ASC);

CREATE TABLE "openedMessages" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "openedMessages__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "dueAt" BIGINT NOT NULL
);

CREATE INDEX "openedMessages_idx_due" ON "openedMessages" ("dueAt" ASC, "_seq" ASC);

CREATE TABLE "scheduledMessages" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "scheduledMessages__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "message" TEXT COLLATE "C" NOT NULL,
  "sendAt" BIGINT NOT NULL,
  "dueAt" BIGINT,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'waiting',
  "failure" TEXT COLLATE "C",
  "attempts" BIGINT NOT NULL DEFAULT 0,
  "failedAt" BIGINT,
  "expiresAt" BIGINT,
  "createdAt" BIGINT NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE INDEX "scheduledMessages_idx_due" ON "scheduledMessages" ("dueAt" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "scheduledMessages_idx_user" ON "scheduledMessages" ("userId" ASC, "sendAt" ASC, "_seq" ASC);

CREATE INDEX "scheduledMessages_idx_user_conversation" ON "scheduledMessages" ("userId" ASC, "conversationId" ASC, "sendAt" ASC, "_seq" ASC);

CREATE INDEX "scheduledMessages_idx_expires" ON "scheduledMessages" ("expiresAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "scheduledBooks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "scheduledBooks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "waiting" BIGINT NOT NULL
);

CREATE TABLE "storyReactions" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "storyReactions__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "storyId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "reaction" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "storyReactions_idx_story_user" ON "storyReactions" ("storyId" ASC, "userId" ASC);

CREATE TABLE "errorGroups" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "errorGroups__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "errorType" TEXT COLLATE "C" NOT NULL,
  "errorMessage" TEXT COLLATE "C" NOT NULL,
  "source" TEXT COLLATE "C" NOT NULL,
  "severity" TEXT COLLATE "C" NOT NULL,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'open',
  "count" BIGINT NOT NULL DEFAULT 0,
  "reopened" BIGINT NOT NULL DEFAULT 0,
  "firstSeenAt" BIGINT NOT NULL,
  "lastSeenAt" BIGINT NOT NULL,
  "resolvedAt" BIGINT,
  "note" TEXT COLLATE "C"
);

CREATE INDEX "errorGroups_idx_last_seen" ON "errorGroups" ("lastSeenAt" DESC, "_seq" DESC);

CREATE INDEX "errorGroups_idx_status_last_seen" ON "errorGroups" ("status" ASC, "lastSeenAt" DESC, "_seq" DESC);

CREATE INDEX "errorGroups_idx_severity_last_seen" ON "errorGroups" ("severity" ASC, "lastSeenAt" DESC, "_seq" DESC);

CREATE TABLE "errorLinks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "errorLinks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "groupId" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE INDEX "errorLinks_idx_group_time" ON "errorLinks" ("groupId" ASC, "createdAt" DESC, "_seq" DESC);

CREATE INDEX "errorLinks_idx_created" ON "errorLinks" ("createdAt" ASC, "_seq" ASC);

CREATE TABLE "fanOuts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fanOuts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "senderId" TEXT COLLATE "C" NOT NULL,
  "position" BIGINT NOT NULL DEFAULT 0,
  "updatedAt" BIGINT NOT NULL
);

CREATE INDEX "fanOuts_idx_sender" ON "fanOuts" ("senderId" ASC, "_seq" ASC);

CREATE TABLE "notificationSettings" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "notificationSettings__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "pushEnabled" BOOLEAN NOT NULL DEFAULT true,
  "quietFrom" TEXT COLLATE "C",
  "quietTo" TEXT COLLATE "C",
  "timezone" TEXT COLLATE "C",
  "mutedKinds" TEXT COLLATE "C" NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE TABLE "progress" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "progress__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "xp" BIGINT NOT NULL DEFAULT 0,
  "position" BIGINT NOT NULL DEFAULT 0,
  "lastActiveDay" TEXT COLLATE "C",
  "lastActiveAt" BIGINT,
  "longestStreak" BIGINT NOT NULL DEFAULT 0,
  "totals" TEXT COLLATE "C" NOT NULL,
  "badges" TEXT COLLATE "C" NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE INDEX "progress_idx_xp" ON "progress" ("xp" DESC, "_seq" DESC);

CREATE TABLE "progressDays" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "progressDays__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "day" TEXT COLLATE "C" NOT NULL,
  "xp" BIGINT NOT NULL DEFAULT 0,
  "counts" TEXT COLLATE "C" NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "progressDays_idx_expires" ON "progressDays" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "progressWeeks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "progressWeeks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "week" TEXT COLLATE "C" NOT NULL,
  "xp" BIGINT NOT NULL DEFAULT 0,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "progressWeeks_idx_week_xp" ON "progressWeeks" ("week" ASC, "xp" DESC, "_seq" DESC);

CREATE INDEX "progressWeeks_idx_expires" ON "progressWeeks" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "pushes" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "pushes__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "subscriptionId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "queueId" TEXT COLLATE "C",
  "payload" TEXT COLLATE "C" NOT NULL,
  "priority" TEXT COLLATE "C" NOT NULL DEFAULT 'normal',
  "topic" TEXT COLLATE "C",
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
  "attempts" BIGINT NOT NULL DEFAULT 0,
  "dueAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL,
  "error" TEXT COLLATE "C",
  "createdAt" BIGINT NOT NULL
);

CREATE INDEX "pushes_idx_status_due" ON "pushes" ("status" ASC, "dueAt" ASC, "_seq" ASC);

CREATE INDEX "pushes_idx_queue" ON "pushes" ("queueId" ASC NULLS FIRST, "status" ASC, "_seq" ASC);

CREATE INDEX "pushes_idx_subscription" ON "pushes" ("subscriptionId" ASC, "_seq" ASC);

CREATE INDEX "pushes_idx_expires" ON "pushes" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "pushSubscriptions" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "pushSubscriptions__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "sessionId" TEXT COLLATE "C",
  "endpoint" TEXT COLLATE "C" NOT NULL,
  "p256dh" TEXT COLLATE "C" NOT NULL,
  "auth" TEXT COLLATE "C" NOT NULL,
  "deviceName" TEXT COLLATE "C",
  "expiresAt" BIGINT,
  "createdAt" BIGINT NOT NULL,
  "lastPushedAt" BIGINT
);

CREATE INDEX "pushSubscriptions_idx_user" ON "pushSubscriptions" ("userId" ASC, "_seq" ASC);

CREATE INDEX "pushSubscriptions_idx_expires" ON "pushSubscriptions" ("expiresAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "reputationGrants" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "reputationGrants__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "giverId" TEXT COLLATE "C" NOT NULL,
  "reason" TEXT COLLATE "C" NOT NULL,
  "points" BIGINT NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE INDEX "reputationGrants_idx_user_time" ON "reputationGrants" ("userId" ASC, "createdAt" DESC, "_seq" DESC);

CREATE TABLE "pollBallots" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "pollBallots__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "pollId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "choices" TEXT COLLATE "C",
  "sealed" TEXT COLLATE "C",
  "votedAt" BIGINT
);

CREATE INDEX "pollBallots_idx_poll" ON "pollBallots" ("pollId" ASC, "_seq" ASC);

CREATE TABLE "pollChoices" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "pollChoices__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "pollId" TEXT COLLATE "C" NOT NULL,
  "option" BIGINT NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "chosenAt" BIGINT NOT NULL
);

CREATE INDEX "pollChoices_idx_poll_option" ON "pollChoices" ("pollId" ASC, "option" ASC, "_seq" ASC);

CREATE TABLE "pollClosings" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "pollClosings__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "closedBy" TEXT COLLATE "C" NOT NULL,
  "closedAt" BIGINT NOT NULL
);

CREATE TABLE "pollTallies" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "pollTallies__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "pollId" TEXT COLLATE "C" NOT NULL,
  "option" BIGINT NOT NULL,
  "votes" BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX "pollTallies_idx_poll" ON "pollTallies" ("pollId" ASC, "_seq" ASC);

CREATE TABLE "postHashtags" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "postHashtags__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "postId" TEXT COLLATE "C" NOT NULL,
  "hashtag" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "postHashtags_idx_post_hashtag" ON "postHashtags" ("postId" ASC, "hashtag" ASC);

CREATE INDEX "postHashtags_idx_hashtag_time" ON "postHashtags" ("hashtag" ASC, "createdAt" DESC, "_seq" DESC);

CREATE TABLE "stickerTags" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "stickerTags__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "stickerId" TEXT COLLATE "C" NOT NULL,
  "tag" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "stickerTags_idx_sticker_tag" ON "stickerTags" ("stickerId" ASC, "tag" ASC);

CREATE INDEX "stickerTags_idx_tag_time" ON "stickerTags" ("tag" ASC, "createdAt" DESC, "_seq" DESC);

CREATE TABLE "gifTags" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "gifTags__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "gifId" TEXT COLLATE "C" NOT NULL,
  "tag" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "gifTags_idx_gif_tag" ON "gifTags" ("gifId" ASC, "tag" ASC);

CREATE INDEX "gifTags_idx_tag_time" ON "gifTags" ("tag" ASC, "createdAt" DESC, "_seq" DESC);

CREATE TABLE "displayNames" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "displayNames__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "name" TEXT COLLATE "C" NOT NULL
);

CREATE INDEX "displayNames_idx_name" ON "displayNames" ("name" ASC, "_seq" ASC);

CREATE TABLE "restingNames" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "restingNames__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "username" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "restsUntil" BIGINT NOT NULL
);

CREATE INDEX "restingNames_idx_rests_until" ON "restingNames" ("restsUntil" ASC, "_seq" ASC);

CREATE TABLE "conversationBans" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversationBans__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "bannedBy" TEXT COLLATE "C" NOT NULL,
  "reason" TEXT COLLATE "C",
  "endsAt" BIGINT,
  "createdAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "conversationBans_idx_conversation_user" ON "conversationBans" ("conversationId" ASC, "userId" ASC);

CREATE INDEX "conversationBans_idx_conversation" ON "conversationBans" ("conversationId" ASC, "_seq" ASC);

CREATE INDEX "conversationBans_idx_user" ON "conversationBans" ("userId" ASC, "_seq" ASC);

CREATE INDEX "conversationBans_idx_ends" ON "conversationBans" ("endsAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "contactBooks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "contactBooks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "contacts" BIGINT NOT NULL
);

CREATE TABLE "searchEntries" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "searchEntries__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "position" BIGINT NOT NULL,
  "senderId" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT COLLATE "C" NOT NULL,
  "hasMedia" BOOLEAN NOT NULL,
  "hasLink" BOOLEAN NOT NULL,
  "words" TEXT COLLATE "C" NOT NULL,
  "sentAt" BIGINT NOT NULL,
  "expiresAt" BIGINT
);

CREATE INDEX "searchEntries_idx_words" ON "searchEntries" USING gin (whisper_lexemes("words"));

CREATE INDEX "searchEntries_idx_words_place" ON "searchEntries" ("conversationId", "position");

CREATE UNIQUE INDEX "searchEntries_idx_position" ON "searchEntries" ("position" ASC);

CREATE INDEX "searchEntries_idx_expires" ON "searchEntries" ("expiresAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "mediaEntries" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "mediaEntries__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT COLLATE "C" NOT NULL,
  "position" BIGINT NOT NULL,
  "expiresAt" BIGINT
);

CREATE INDEX "mediaEntries_idx_conversation_kind" ON "mediaEntries" ("conversationId" ASC, "kind" ASC, "position" ASC, "_seq" ASC);

CREATE INDEX "mediaEntries_idx_expires" ON "mediaEntries" ("expiresAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "mentionEntries" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "mentionEntries__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "target" TEXT COLLATE "C" NOT NULL,
  "position" BIGINT NOT NULL,
  "expiresAt" BIGINT
);

CREATE INDEX "mentionEntries_idx_conversation_target" ON "mentionEntries" ("conversationId" ASC, "target" ASC, "position" ASC, "_seq" ASC);

CREATE INDEX "mentionEntries_idx_message" ON "mentionEntries" ("messageId" ASC, "_seq" ASC);

CREATE INDEX "mentionEntries_idx_expires" ON "mentionEntries" ("expiresAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "contactRequests" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "contactRequests__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "requesterId" TEXT COLLATE "C" NOT NULL,
  "recipientId" TEXT COLLATE "C" NOT NULL,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
  "createdAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "contactRequests_idx_recipient" ON "contactRequests" ("recipientId" ASC, "status" ASC, "_seq" ASC);

CREATE INDEX "contactRequests_idx_requester" ON "contactRequests" ("requesterId" ASC, "status" ASC, "_seq" ASC);

CREATE INDEX "contactRequests_idx_expires" ON "contactRequests" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "discoverables" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "discoverables__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT COLLATE "C" NOT NULL,
  "code" TEXT COLLATE "C" NOT NULL
);

CREATE INDEX "discoverables_idx_code" ON "discoverables" ("code" ASC, "_seq" ASC);

CREATE TABLE "conversationInvitations" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversationInvitations__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "code" TEXT COLLATE "C" NOT NULL,
  "name" TEXT COLLATE "C",
  "createdBy" TEXT COLLATE "C" NOT NULL,
  "needsApproval" BOOLEAN NOT NULL DEFAULT false,
  "expiresAt" BIGINT,
  "maxUses" BIGINT,
  "uses" BIGINT NOT NULL DEFAULT 0,
  "revokedAt" BIGINT,
  "keptUntil" BIGINT,
  "createdAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "conversationInvitations_idx_code" ON "conversationInvitations" ("code" ASC);

CREATE INDEX "conversationInvitations_idx_conversation" ON "conversationInvitations" ("conversationId" ASC, "_seq" ASC);

CREATE INDEX "conversationInvitations_idx_conversation_maker" ON "conversationInvitations" ("conversationId" ASC, "createdBy" ASC, "_seq" ASC);

CREATE INDEX "conversationInvitations_idx_kept" ON "conversationInvitations" ("keptUntil" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "conversationJoinRequests" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversationJoinRequests__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
  "invitationId" TEXT COLLATE "C",
  "createdAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "conversationJoinRequests_idx_conversation_status" ON "conversationJoinRequests" ("conversationId" ASC, "status" ASC, "createdAt" ASC, "_seq" ASC);

CREATE INDEX "conversationJoinRequests_idx_user" ON "conversationJoinRequests" ("userId" ASC, "createdAt" ASC, "_seq" ASC);

CREATE INDEX "conversationJoinRequests_idx_expires" ON "conversationJoinRequests" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "publicConversations" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "publicConversations__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "directory" TEXT COLLATE "C" NOT NULL,
  "position" BIGINT NOT NULL,
  "words" TEXT COLLATE "C" NOT NULL,
  "category" TEXT COLLATE "C",
  "tags" TEXT COLLATE "C" NOT NULL,
  "listedAt" BIGINT NOT NULL
);

CREATE INDEX "publicConversations_idx_words" ON "publicConversations" USING gin (whisper_lexemes("words"));

CREATE INDEX "publicConversations_idx_words_place" ON "publicConversations" ("directory", "position");

CREATE UNIQUE INDEX "publicConversations_idx_position" ON "publicConversations" ("position" ASC);

CREATE TABLE "publicConversationTags" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "publicConversationTags__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "tag" TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX "publicConversationTags_idx_conversation_tag" ON "publicConversationTags" ("conversationId" ASC, "tag" ASC);

CREATE INDEX "publicConversationTags_idx_tag" ON "publicConversationTags" ("tag" ASC, "conversationId" ASC, "_seq" ASC);

CREATE TABLE "incomingWebhooks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "incomingWebhooks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "place" BIGINT NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "name" TEXT COLLATE "C" NOT NULL,
  "avatarUrl" TEXT COLLATE "C",
  "secretHash" TEXT COLLATE "C" NOT NULL,
  "createdBy" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "incomingWebhooks_idx_conversation_place" ON "incomingWebhooks" ("conversationId" ASC, "place" ASC);

CREATE TABLE "outgoingWebhooks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "outgoingWebhooks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "place" BIGINT NOT NULL,
  "name" TEXT COLLATE "C" NOT NULL,
  "url" TEXT COLLATE "C" NOT NULL,
  "events" TEXT COLLATE "C" NOT NULL,
  "secret" TEXT COLLATE "C" NOT NULL,
  "formerSecret" TEXT COLLATE "C",
  "formerUntil" BIGINT,
  "position" BIGINT,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'active',
  "failingSince" BIGINT,
  "disabledAt" BIGINT,
  "createdBy" TEXT COLLATE "C" NOT NULL,
  "createdAt" BIGINT NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "outgoingWebhooks_idx_conversation_place" ON "outgoingWebhooks" ("conversationId" ASC, "place" ASC);

CREATE INDEX "outgoingWebhooks_idx_conversation_status" ON "outgoingWebhooks" ("conversationId" ASC, "status" ASC, "_seq" ASC);

CREATE TABLE "webhookDeliveries" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "webhookDeliveries__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "webhookId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "event" TEXT COLLATE "C" NOT NULL,
  "messageId" TEXT COLLATE "C",
  "details" TEXT COLLATE "C" NOT NULL,
  "happenedAt" BIGINT NOT NULL,
  "attempts" BIGINT NOT NULL DEFAULT 0,
  "dueAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "webhookDeliveries_idx_due" ON "webhookDeliveries" ("dueAt" ASC, "_seq" ASC);

CREATE INDEX "webhookDeliveries_idx_webhook" ON "webhookDeliveries" ("webhookId" ASC, "_seq" ASC);

CREATE INDEX "webhookDeliveries_idx_expires" ON "webhookDeliveries" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "webhookAttempts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "webhookAttempts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "webhookId" TEXT COLLATE "C" NOT NULL,
  "deliveryId" TEXT COLLATE "C" NOT NULL,
  "event" TEXT COLLATE "C" NOT NULL,
  "attempt" BIGINT NOT NULL,
  "status" BIGINT,
  "ok" BOOLEAN NOT NULL,
  "error" TEXT COLLATE "C",
  "durationMs" BIGINT NOT NULL,
  "nextAt" BIGINT,
  "attemptedAt" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "webhookAttempts_idx_webhook" ON "webhookAttempts" ("webhookId" ASC, "_seq" ASC);

CREATE INDEX "webhookAttempts_idx_expires" ON "webhookAttempts" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "channelPosts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "channelPosts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "authorId" TEXT COLLATE "C" NOT NULL,
  "views" BIGINT NOT NULL DEFAULT 0,
  "commentsConversationId" TEXT COLLATE "C",
  "commentsMessageId" TEXT COLLATE "C",
  "sentAt" BIGINT NOT NULL
);

CREATE INDEX "channelPosts_idx_author" ON "channelPosts" ("conversationId" ASC, "authorId" ASC, "sentAt" ASC, "_seq" ASC);

CREATE TABLE "postViewers" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "postViewers__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "viewedAt" BIGINT NOT NULL
);

CREATE INDEX "postViewers_idx_message" ON "postViewers" ("messageId" ASC, "_seq" ASC);

CREATE INDEX "postViewers_idx_viewed" ON "postViewers" ("viewedAt" ASC, "_seq" ASC);

CREATE TABLE "linkedGroups" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "linkedGroups__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "groupId" TEXT COLLATE "C" NOT NULL,
  "linkedBy" TEXT COLLATE "C" NOT NULL,
  "linkedAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "linkedGroups_idx_group" ON "linkedGroups" ("groupId" ASC);

CREATE TABLE "broadcastRecipients" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "broadcastRecipients__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "addedAt" BIGINT NOT NULL
);

CREATE INDEX "broadcastRecipients_idx_conversation" ON "broadcastRecipients" ("conversationId" ASC, "_seq" ASC);

CREATE TABLE "broadcasts" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "broadcasts__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "dueAt" BIGINT,
  "position" BIGINT NOT NULL DEFAULT 0,
  "reached" BIGINT NOT NULL DEFAULT 0,
  "refused" BIGINT NOT NULL DEFAULT 0,
  "attempts" BIGINT NOT NULL DEFAULT 0,
  "change" TEXT COLLATE "C",
  "changeDueAt" BIGINT,
  "changePosition" BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX "broadcasts_idx_due" ON "broadcasts" ("dueAt" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "broadcasts_idx_list_due" ON "broadcasts" ("conversationId" ASC, "dueAt" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "broadcasts_idx_change" ON "broadcasts" ("changeDueAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "broadcastCopies" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "broadcastCopies__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "messageId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C" NOT NULL
);

CREATE INDEX "broadcastCopies_idx_message" ON "broadcastCopies" ("messageId" ASC, "_seq" ASC);

CREATE TABLE "communityGroups" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "communityGroups__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "communityId" TEXT COLLATE "C" NOT NULL,
  "linkedBy" TEXT COLLATE "C" NOT NULL,
  "linkedAt" BIGINT NOT NULL
);

CREATE INDEX "communityGroups_idx_community" ON "communityGroups" ("communityId" ASC, "_seq" ASC);

CREATE TABLE "communityDepartures" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "communityDepartures__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "communityId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "position" BIGINT NOT NULL DEFAULT 0,
  "dueAt" BIGINT NOT NULL
);

CREATE INDEX "communityDepartures_idx_due" ON "communityDepartures" ("dueAt" ASC, "_seq" ASC);

CREATE TABLE "bots" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "bots__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "ownerId" TEXT COLLATE "C" NOT NULL,
  "place" BIGINT NOT NULL,
  "isEnabled" BOOLEAN NOT NULL DEFAULT true,
  "isBarred" BOOLEAN NOT NULL DEFAULT false,
  "createdAt" BIGINT NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "bots_idx_owner_place" ON "bots" ("ownerId" ASC, "place" ASC);

CREATE TABLE "botCommands" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "botCommands__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "names" TEXT COLLATE "C" NOT NULL,
  "descriptions" TEXT COLLATE "C" NOT NULL,
  "updatedAt" BIGINT NOT NULL
);

CREATE TABLE "conversationBots" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "conversationBots__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "conversationId" TEXT COLLATE "C" NOT NULL,
  "place" BIGINT NOT NULL,
  "botId" TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX "conversationBots_idx_conversation_place" ON "conversationBots" ("conversationId" ASC, "place" ASC);

CREATE TABLE "userDepartures" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "userDepartures__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "position" TEXT COLLATE "C",
  "dueAt" BIGINT NOT NULL
);

CREATE INDEX "userDepartures_idx_due" ON "userDepartures" ("dueAt" ASC, "_seq" ASC);

CREATE TABLE "signals" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "signals__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "kind" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "conversationId" TEXT COLLATE "C",
  "payload" TEXT COLLATE "C" NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "signals_idx_expires" ON "signals" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "streamTickets" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "streamTickets__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "sessionId" TEXT COLLATE "C" NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "streamTickets_idx_expires" ON "streamTickets" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "presenceDevices" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "presenceDevices__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'online',
  "device" TEXT COLLATE "C",
  "countsUntil" BIGINT NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "presenceDevices_idx_user_counts" ON "presenceDevices" ("userId" ASC, "countsUntil" ASC, "_seq" ASC);

CREATE INDEX "presenceDevices_idx_expires" ON "presenceDevices" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "presenceWatches" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "presenceWatches__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "userIds" TEXT COLLATE "C" NOT NULL,
  "expiresAt" BIGINT NOT NULL
);

CREATE INDEX "presenceWatches_idx_expires" ON "presenceWatches" ("expiresAt" ASC, "_seq" ASC);

CREATE TABLE "files" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "files__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "bucket" TEXT COLLATE "C" NOT NULL,
  "name" TEXT COLLATE "C" NOT NULL,
  "mimeType" TEXT COLLATE "C" NOT NULL,
  "size" BIGINT NOT NULL,
  "sha256" TEXT COLLATE "C",
  "received" BIGINT NOT NULL,
  "turn" BIGINT NOT NULL DEFAULT 0,
  "hashState" BYTEA,
  "contentId" TEXT COLLATE "C" NOT NULL,
  "isInline" BOOLEAN NOT NULL DEFAULT false,
  "createdAt" BIGINT NOT NULL,
  "completedAt" BIGINT,
  "removedAt" BIGINT,
  "endsAt" BIGINT
);

CREATE INDEX "files_idx_user_bucket" ON "files" ("userId" ASC, "bucket" ASC, "_seq" ASC);

CREATE INDEX "files_idx_user_completed" ON "files" ("userId" ASC, "completedAt" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "files_idx_ends" ON "files" ("endsAt" ASC NULLS FIRST, "_seq" ASC);

CREATE TABLE "fileContents" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileContents__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "sha256" TEXT COLLATE "C" NOT NULL,
  "size" BIGINT NOT NULL,
  "uses" BIGINT NOT NULL
);

CREATE UNIQUE INDEX "fileContents_idx_user_hash" ON "fileContents" ("userId" ASC, "sha256" ASC);

CREATE TABLE "fileChunks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileChunks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "contentId" TEXT COLLATE "C" NOT NULL,
  "number" BIGINT NOT NULL,
  "bytes" BYTEA NOT NULL
);

CREATE UNIQUE INDEX "fileChunks_idx_content_number" ON "fileChunks" ("contentId" ASC, "number" ASC);

CREATE TABLE "fileRemovals" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileRemovals__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "dueAt" BIGINT NOT NULL
);

CREATE INDEX "fileRemovals_idx_due" ON "fileRemovals" ("dueAt" ASC, "_seq" ASC);

CREATE TABLE "fileHolds" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileHolds__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "fileId" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT COLLATE "C" NOT NULL,
  "holderId" TEXT COLLATE "C" NOT NULL,
  "userId" TEXT COLLATE "C" NOT NULL,
  "place" TEXT COLLATE "C"
);

CREATE INDEX "fileHolds_idx_file_place" ON "fileHolds" ("fileId" ASC, "place" ASC NULLS FIRST, "_seq" ASC);

CREATE INDEX "fileHolds_idx_holder" ON "fileHolds" ("kind" ASC, "holderId" ASC, "_seq" ASC);

CREATE TABLE "fileBooks" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileBooks__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "bytes" BIGINT NOT NULL,
  "uploading" BIGINT NOT NULL
);

CREATE TABLE "fileUsages" (
  "_seq" BIGINT PRIMARY KEY DEFAULT whisper_seq(),
  "_id" TEXT COLLATE "C" NOT NULL CONSTRAINT "fileUsages__id" UNIQUE,
  "_revision" BIGINT NOT NULL DEFAULT 1,
  "userId" TEXT COLLATE "C" NOT NULL,
  "bucket" TEXT COLLATE "C" NOT NULL,
  "files" BIGINT NOT NULL,
  "bytes" BIGINT NOT NULL
);

CREATE INDEX "fileUsages_idx_user" ON "fileUsages" ("userId" ASC, "_seq" ASC);
