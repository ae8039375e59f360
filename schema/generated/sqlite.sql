-- The tables of every collection. Generated from the structs in schema/src by
-- `whisper schema export --target sqlite`; a change here would be overwritten.

CREATE TABLE "profiles" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "username" TEXT,
  "displayName" TEXT,
  "bio" TEXT,
  "email" TEXT,
  "phone" TEXT,
  "avatarUrl" TEXT,
  "avatarFileId" TEXT,
  "coverImageUrl" TEXT,
  "coverImageFileId" TEXT,
  "tagline" TEXT,
  "location" TEXT,
  "timezone" TEXT,
  "website" TEXT,
  "socialLinks" TEXT,
  "preferences" TEXT,
  "privacySettings" TEXT,
  "status" TEXT NOT NULL DEFAULT 'active',
  "statusMessage" TEXT,
  "lastSeen" INTEGER,
  "isOnline" INTEGER NOT NULL DEFAULT 0,
  "isVerified" INTEGER NOT NULL DEFAULT 0,
  "isPremium" INTEGER NOT NULL DEFAULT 0,
  "premiumExpiry" INTEGER,
  "reputationScore" INTEGER NOT NULL DEFAULT 0,
  "level" INTEGER NOT NULL DEFAULT 1,
  "xp" INTEGER NOT NULL DEFAULT 0,
  "streakDays" INTEGER NOT NULL DEFAULT 0,
  "badges" TEXT NOT NULL,
  "interests" TEXT NOT NULL,
  "languages" TEXT NOT NULL,
  "theme" TEXT NOT NULL DEFAULT 'auto',
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE UNIQUE INDEX "profiles_idx_username" ON "profiles" ("username" ASC);

CREATE UNIQUE INDEX "profiles_idx_userId" ON "profiles" ("userId" ASC);

CREATE INDEX "profiles_idx_isOnline" ON "profiles" ("isOnline" ASC);

CREATE INDEX "profiles_idx_lastSeen" ON "profiles" ("lastSeen" ASC);

CREATE TABLE "conversations" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "type" TEXT NOT NULL,
  "name" TEXT,
  "description" TEXT,
  "avatarUrl" TEXT,
  "avatarFileId" TEXT,
  "creatorId" TEXT NOT NULL,
  "participantIds" TEXT NOT NULL,
  "adminIds" TEXT NOT NULL,
  "moderatorIds" TEXT NOT NULL,
  "participantCount" INTEGER NOT NULL DEFAULT 0,
  "maxParticipants" INTEGER NOT NULL DEFAULT 200000,
  "isEncrypted" INTEGER NOT NULL DEFAULT 1,
  "encryptionVersion" TEXT,
  "isPinned" TEXT NOT NULL,
  "isMuted" TEXT NOT NULL,
  "isArchived" TEXT NOT NULL,
  "lastMessageId" TEXT,
  "lastMessageText" TEXT,
  "lastMessageAt" INTEGER,
  "lastMessageSenderId" TEXT,
  "unreadCount" TEXT,
  "settings" TEXT,
  "isPublic" INTEGER NOT NULL DEFAULT 0,
  "inviteLink" TEXT,
  "inviteLinkExpiry" INTEGER,
  "category" TEXT,
  "tags" TEXT NOT NULL,
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE INDEX "conversations_idx_lastMessageAt" ON "conversations" ("lastMessageAt" DESC);

CREATE INDEX "conversations_idx_type" ON "conversations" ("type" ASC);

CREATE INDEX "conversations_idx_creatorId" ON "conversations" ("creatorId" ASC);

CREATE INDEX "conversations_idx_public" ON "conversations" ("isPublic" ASC, "participantCount" ASC);

CREATE INDEX "conversations_idx_public_category" ON "conversations" ("isPublic" ASC, "category" ASC, "participantCount" ASC);

CREATE TABLE "messages" (
  "_seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "senderId" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "contentType" TEXT NOT NULL,
  "plainText" TEXT,
  "mediaUrls" TEXT NOT NULL,
  "mediaFileIds" TEXT NOT NULL,
  "thumbnailUrl" TEXT,
  "thumbnailFileId" TEXT,
  "metadata" TEXT,
  "replyToMessageId" TEXT,
  "forwardedFromMessageId" TEXT,
  "forwardedFromConversationId" TEXT,
  "editedAt" INTEGER,
  "deletedAt" INTEGER,
  "deletedFor" TEXT NOT NULL,
  "isSystemMessage" INTEGER NOT NULL DEFAULT 0,
  "isPinned" INTEGER NOT NULL DEFAULT 0,
  "pinnedAt" INTEGER,
  "reactions" TEXT,
  "mentions" TEXT NOT NULL,
  "links" TEXT NOT NULL,
  "readBy" TEXT NOT NULL,
  "deliveredTo" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'sending',
  "expiresAt" INTEGER,
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE INDEX "messages_idx_conversation_time" ON "messages" ("conversationId" ASC, "createdAt" DESC);

CREATE INDEX "messages_idx_sender" ON "messages" ("senderId" ASC);

CREATE INDEX "messages_idx_contentType" ON "messages" ("contentType" ASC);

CREATE INDEX "messages_idx_conversation_order" ON "messages" ("conversationId" ASC);

CREATE INDEX "messages_idx_conversation_reply" ON "messages" ("conversationId" ASC, "replyToMessageId" ASC);

CREATE TABLE "messageQueue" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "recipientIds" TEXT NOT NULL,
  "pendingFor" TEXT NOT NULL,
  "priority" INTEGER NOT NULL DEFAULT 0,
  "retryCount" INTEGER NOT NULL DEFAULT 0,
  "maxRetries" INTEGER NOT NULL DEFAULT 3,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "error" TEXT,
  "scheduledFor" INTEGER,
  "createdAt" INTEGER,
  "processedAt" INTEGER
) STRICT;

CREATE INDEX "messageQueue_idx_status_priority" ON "messageQueue" ("status" ASC, "priority" DESC);

CREATE INDEX "messageQueue_idx_scheduled" ON "messageQueue" ("scheduledFor" ASC);

CREATE TABLE "contacts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "contactUserId" TEXT NOT NULL,
  "nickname" TEXT,
  "relationship" TEXT NOT NULL DEFAULT 'friend',
  "isBlocked" INTEGER NOT NULL DEFAULT 0,
  "isFavorite" INTEGER NOT NULL DEFAULT 0,
  "notes" TEXT,
  "tags" TEXT NOT NULL,
  "lastInteraction" INTEGER,
  "addedAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE UNIQUE INDEX "contacts_idx_user_contact" ON "contacts" ("userId" ASC, "contactUserId" ASC);

CREATE INDEX "contacts_idx_relationship" ON "contacts" ("userId" ASC, "relationship" ASC);

CREATE INDEX "contacts_idx_favorite" ON "contacts" ("userId" ASC, "isFavorite" ASC);

CREATE INDEX "contacts_idx_blocked" ON "contacts" ("userId" ASC, "isBlocked" ASC);

CREATE INDEX "contacts_idx_blockers" ON "contacts" ("contactUserId" ASC, "isBlocked" ASC);

CREATE TABLE "typingIndicators" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "isTyping" INTEGER NOT NULL DEFAULT 1,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "typingIndicators_idx_conversation_typing" ON "typingIndicators" ("conversationId" ASC, "isTyping" ASC);

CREATE INDEX "typingIndicators_idx_expires" ON "typingIndicators" ("expiresAt" ASC);

CREATE INDEX "typingIndicators_idx_conversation_expires" ON "typingIndicators" ("conversationId" ASC, "expiresAt" ASC);

CREATE TABLE "presence" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "device" TEXT,
  "lastSeen" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "presence_idx_userId_unique" ON "presence" ("userId" ASC);

CREATE INDEX "presence_idx_status" ON "presence" ("status" ASC);

CREATE TABLE "stories" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "contentType" TEXT NOT NULL,
  "mediaUrl" TEXT,
  "mediaFileId" TEXT,
  "thumbnailUrl" TEXT,
  "text" TEXT,
  "backgroundColor" TEXT,
  "duration" INTEGER NOT NULL DEFAULT 5,
  "filters" TEXT,
  "stickers" TEXT,
  "music" TEXT,
  "location" TEXT,
  "mentions" TEXT NOT NULL,
  "viewerIds" TEXT NOT NULL,
  "viewCount" INTEGER NOT NULL DEFAULT 0,
  "reactionCount" INTEGER NOT NULL DEFAULT 0,
  "replyCount" INTEGER NOT NULL DEFAULT 0,
  "shareCount" INTEGER NOT NULL DEFAULT 0,
  "privacy" TEXT NOT NULL DEFAULT 'friends',
  "allowReplies" INTEGER NOT NULL DEFAULT 1,
  "expiresAt" INTEGER NOT NULL,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "stories_idx_userId_time" ON "stories" ("userId" ASC, "createdAt" DESC);

CREATE INDEX "stories_idx_expires" ON "stories" ("expiresAt" ASC);

CREATE TABLE "storyViews" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "storyId" TEXT NOT NULL,
  "viewerId" TEXT NOT NULL,
  "watchDuration" INTEGER NOT NULL DEFAULT 0,
  "completedView" INTEGER NOT NULL DEFAULT 0,
  "viewedAt" INTEGER
) STRICT;

CREATE UNIQUE INDEX "storyViews_idx_story_viewer" ON "storyViews" ("storyId" ASC, "viewerId" ASC);

CREATE INDEX "storyViews_idx_storyId" ON "storyViews" ("storyId" ASC);

-- idx_hashtags is left out: SQLite can't index the elements of a JSON array.
CREATE TABLE "posts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "content" TEXT,
  "contentType" TEXT NOT NULL DEFAULT 'text',
  "mediaUrls" TEXT NOT NULL,
  "mediaFileIds" TEXT NOT NULL,
  "thumbnails" TEXT,
  "mentions" TEXT NOT NULL,
  "hashtags" TEXT NOT NULL,
  "location" TEXT,
  "privacy" TEXT NOT NULL DEFAULT 'public',
  "allowComments" INTEGER NOT NULL DEFAULT 1,
  "allowShares" INTEGER NOT NULL DEFAULT 1,
  "likeCount" INTEGER NOT NULL DEFAULT 0,
  "commentCount" INTEGER NOT NULL DEFAULT 0,
  "shareCount" INTEGER NOT NULL DEFAULT 0,
  "viewCount" INTEGER NOT NULL DEFAULT 0,
  "isPinned" INTEGER NOT NULL DEFAULT 0,
  "isSponsored" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE INDEX "posts_idx_userId_time" ON "posts" ("userId" ASC, "createdAt" DESC);

CREATE TABLE "postReactions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "postId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "reaction" TEXT NOT NULL,
  "createdAt" INTEGER
) STRICT;

CREATE UNIQUE INDEX "postReactions_idx_post_user_unique" ON "postReactions" ("postId" ASC, "userId" ASC);

CREATE INDEX "postReactions_idx_postId" ON "postReactions" ("postId" ASC);

CREATE TABLE "comments" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "postId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "parentCommentId" TEXT,
  "mentions" TEXT NOT NULL,
  "likeCount" INTEGER NOT NULL DEFAULT 0,
  "replyCount" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE INDEX "comments_idx_post_time" ON "comments" ("postId" ASC, "createdAt" DESC);

CREATE INDEX "comments_idx_userId" ON "comments" ("userId" ASC);

CREATE TABLE "follows" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "followerId" TEXT NOT NULL,
  "followingId" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'accepted',
  "isCloseFriend" INTEGER NOT NULL DEFAULT 0,
  "notificationsEnabled" INTEGER NOT NULL DEFAULT 1,
  "createdAt" INTEGER
) STRICT;

CREATE UNIQUE INDEX "follows_idx_follower_following" ON "follows" ("followerId" ASC, "followingId" ASC);

CREATE INDEX "follows_idx_followingId" ON "follows" ("followingId" ASC);

CREATE TABLE "wallets" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "address" TEXT NOT NULL,
  "chain" TEXT NOT NULL,
  "walletType" TEXT NOT NULL DEFAULT 'metamask',
  "isPrimary" INTEGER NOT NULL DEFAULT 0,
  "nickname" TEXT,
  "balance" TEXT,
  "nftsCount" INTEGER NOT NULL DEFAULT 0,
  "lastSynced" INTEGER,
  "isVerified" INTEGER NOT NULL DEFAULT 0,
  "verifiedAt" INTEGER,
  "addedAt" INTEGER
) STRICT;

CREATE INDEX "wallets_idx_userId_chain" ON "wallets" ("userId" ASC, "chain" ASC);

CREATE UNIQUE INDEX "wallets_idx_address_unique" ON "wallets" ("address" ASC, "chain" ASC);

CREATE TABLE "nfts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "walletAddress" TEXT NOT NULL,
  "chain" TEXT NOT NULL,
  "contractAddress" TEXT NOT NULL,
  "tokenId" TEXT NOT NULL,
  "tokenStandard" TEXT NOT NULL DEFAULT 'ERC721',
  "name" TEXT,
  "description" TEXT,
  "imageUrl" TEXT,
  "animationUrl" TEXT,
  "attributes" TEXT,
  "metadata" TEXT,
  "isHidden" INTEGER NOT NULL DEFAULT 0,
  "isProfilePicture" INTEGER NOT NULL DEFAULT 0,
  "lastSynced" INTEGER,
  "acquiredAt" INTEGER
) STRICT;

CREATE INDEX "nfts_idx_userId" ON "nfts" ("userId" ASC);

CREATE UNIQUE INDEX "nfts_idx_contract_token" ON "nfts" ("contractAddress" ASC, "tokenId" ASC, "chain" ASC);

CREATE TABLE "cryptoTransactions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "txHash" TEXT NOT NULL,
  "chain" TEXT NOT NULL,
  "type" TEXT NOT NULL,
  "fromAddress" TEXT NOT NULL,
  "toAddress" TEXT NOT NULL,
  "amount" TEXT,
  "token" TEXT,
  "tokenAddress" TEXT,
  "usdValue" REAL,
  "gasUsed" TEXT,
  "gasPriceGwei" TEXT,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "blockNumber" INTEGER,
  "timestamp" INTEGER,
  "relatedMessageId" TEXT,
  "metadata" TEXT,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "cryptoTransactions_idx_userId_time" ON "cryptoTransactions" ("userId" ASC, "timestamp" DESC);

CREATE UNIQUE INDEX "cryptoTransactions_idx_txHash_unique" ON "cryptoTransactions" ("txHash" ASC, "chain" ASC);

CREATE INDEX "cryptoTransactions_idx_status" ON "cryptoTransactions" ("status" ASC);

CREATE TABLE "tokenGifts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "senderId" TEXT NOT NULL,
  "recipientId" TEXT NOT NULL,
  "conversationId" TEXT,
  "messageId" TEXT,
  "giftType" TEXT NOT NULL,
  "chain" TEXT NOT NULL,
  "tokenAddress" TEXT,
  "tokenAmount" TEXT,
  "nftContractAddress" TEXT,
  "nftTokenId" TEXT,
  "usdValue" REAL,
  "message" TEXT,
  "animation" TEXT NOT NULL DEFAULT 'confetti',
  "status" TEXT NOT NULL DEFAULT 'pending',
  "txHash" TEXT,
  "claimTxHash" TEXT,
  "expiresAt" INTEGER,
  "claimedAt" INTEGER,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "tokenGifts_idx_recipient_status" ON "tokenGifts" ("recipientId" ASC, "status" ASC);

CREATE INDEX "tokenGifts_idx_sender" ON "tokenGifts" ("senderId" ASC);

CREATE INDEX "tokenGifts_idx_expires" ON "tokenGifts" ("expiresAt" ASC);

CREATE TABLE "contractHooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "chain" TEXT NOT NULL,
  "contractAddress" TEXT NOT NULL,
  "abi" TEXT NOT NULL,
  "hookType" TEXT NOT NULL,
  "isActive" INTEGER NOT NULL DEFAULT 1,
  "fallbackEnabled" INTEGER NOT NULL DEFAULT 1,
  "config" TEXT,
  "lastExecuted" INTEGER,
  "executionCount" INTEGER NOT NULL DEFAULT 0,
  "errorCount" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE INDEX "contractHooks_idx_chain_type" ON "contractHooks" ("chain" ASC, "hookType" ASC);

CREATE INDEX "contractHooks_idx_isActive" ON "contractHooks" ("isActive" ASC);

CREATE TABLE "tokenHoldings" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "walletAddress" TEXT NOT NULL,
  "chain" TEXT NOT NULL,
  "tokenAddress" TEXT NOT NULL,
  "tokenSymbol" TEXT,
  "tokenName" TEXT,
  "balance" TEXT,
  "decimals" INTEGER NOT NULL DEFAULT 18,
  "usdValue" REAL,
  "pricePerToken" REAL,
  "lastSynced" INTEGER
) STRICT;

CREATE UNIQUE INDEX "tokenHoldings_idx_user_chain_token" ON "tokenHoldings" ("userId" ASC, "chain" ASC, "tokenAddress" ASC);

CREATE INDEX "tokenHoldings_idx_userId" ON "tokenHoldings" ("userId" ASC);

-- idx_tags is left out: SQLite can't index the elements of a JSON array.
CREATE TABLE "stickers" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT,
  "creatorId" TEXT,
  "packId" TEXT,
  "imageUrl" TEXT NOT NULL,
  "imageFileId" TEXT,
  "animatedUrl" TEXT,
  "animatedFileId" TEXT,
  "tags" TEXT NOT NULL,
  "category" TEXT,
  "isPremium" INTEGER NOT NULL DEFAULT 0,
  "isAnimated" INTEGER NOT NULL DEFAULT 0,
  "usageCount" INTEGER NOT NULL DEFAULT 0,
  "isPublic" INTEGER NOT NULL DEFAULT 1,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "stickers_idx_packId" ON "stickers" ("packId" ASC);

CREATE INDEX "stickers_idx_category" ON "stickers" ("category" ASC);

CREATE TABLE "stickerPacks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT,
  "creatorId" TEXT,
  "coverImageUrl" TEXT,
  "coverImageFileId" TEXT,
  "stickerCount" INTEGER NOT NULL DEFAULT 0,
  "isPremium" INTEGER NOT NULL DEFAULT 0,
  "price" REAL NOT NULL DEFAULT 0.0,
  "currency" TEXT,
  "downloadCount" INTEGER NOT NULL DEFAULT 0,
  "isPublic" INTEGER NOT NULL DEFAULT 1,
  "tags" TEXT NOT NULL,
  "createdAt" INTEGER,
  "updatedAt" INTEGER
) STRICT;

CREATE INDEX "stickerPacks_idx_creatorId" ON "stickerPacks" ("creatorId" ASC);

CREATE INDEX "stickerPacks_idx_isPremium" ON "stickerPacks" ("isPremium" ASC);

CREATE TABLE "userStickers" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "stickerPackId" TEXT NOT NULL,
  "isPurchased" INTEGER NOT NULL DEFAULT 0,
  "isFavorite" INTEGER NOT NULL DEFAULT 0,
  "addedAt" INTEGER
) STRICT;

CREATE UNIQUE INDEX "userStickers_idx_user_pack" ON "userStickers" ("userId" ASC, "stickerPackId" ASC);

CREATE INDEX "userStickers_idx_userId" ON "userStickers" ("userId" ASC);

-- idx_tags is left out: SQLite can't index the elements of a JSON array.
CREATE TABLE "gifs" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "title" TEXT NOT NULL,
  "url" TEXT NOT NULL,
  "fileId" TEXT,
  "thumbnailUrl" TEXT,
  "source" TEXT,
  "externalId" TEXT,
  "tags" TEXT NOT NULL,
  "category" TEXT,
  "width" INTEGER,
  "height" INTEGER,
  "usageCount" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "gifs_idx_category" ON "gifs" ("category" ASC);

CREATE TABLE "polls" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "creatorId" TEXT NOT NULL,
  "conversationId" TEXT,
  "messageId" TEXT,
  "question" TEXT NOT NULL,
  "options" TEXT NOT NULL,
  "votes" TEXT,
  "totalVotes" INTEGER NOT NULL DEFAULT 0,
  "allowMultiple" INTEGER NOT NULL DEFAULT 0,
  "isAnonymous" INTEGER NOT NULL DEFAULT 0,
  "expiresAt" INTEGER,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "polls_idx_conversationId" ON "polls" ("conversationId" ASC);

CREATE INDEX "polls_idx_creatorId" ON "polls" ("creatorId" ASC);

CREATE TABLE "arFilters" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL,
  "description" TEXT,
  "creatorId" TEXT,
  "thumbnailUrl" TEXT NOT NULL,
  "thumbnailFileId" TEXT,
  "filterDataUrl" TEXT NOT NULL,
  "filterDataFileId" TEXT,
  "category" TEXT NOT NULL DEFAULT 'face',
  "tags" TEXT NOT NULL,
  "isPremium" INTEGER NOT NULL DEFAULT 0,
  "usageCount" INTEGER NOT NULL DEFAULT 0,
  "isPublic" INTEGER NOT NULL DEFAULT 1,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "arFilters_idx_category" ON "arFilters" ("category" ASC);

CREATE INDEX "arFilters_idx_creatorId" ON "arFilters" ("creatorId" ASC);

CREATE TABLE "mediaLibrary" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "fileId" TEXT NOT NULL,
  "fileName" TEXT NOT NULL,
  "fileType" TEXT NOT NULL,
  "mimeType" TEXT,
  "fileSize" INTEGER,
  "width" INTEGER,
  "height" INTEGER,
  "duration" INTEGER,
  "thumbnailFileId" TEXT,
  "url" TEXT,
  "metadata" TEXT,
  "tags" TEXT NOT NULL,
  "album" TEXT,
  "isPublic" INTEGER NOT NULL DEFAULT 0,
  "uploadedAt" INTEGER
) STRICT;

CREATE INDEX "mediaLibrary_idx_userId_time" ON "mediaLibrary" ("userId" ASC, "uploadedAt" DESC);

CREATE INDEX "mediaLibrary_idx_fileType" ON "mediaLibrary" ("fileType" ASC);

CREATE TABLE "userActivity" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "activityType" TEXT NOT NULL,
  "metadata" TEXT,
  "ipAddress" TEXT,
  "userAgent" TEXT,
  "timestamp" INTEGER NOT NULL
) STRICT;

CREATE INDEX "userActivity_idx_userId_time" ON "userActivity" ("userId" ASC, "timestamp" DESC);

CREATE INDEX "userActivity_idx_activityType" ON "userActivity" ("activityType" ASC);

CREATE TABLE "notifications" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "type" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "body" TEXT,
  "actionUrl" TEXT,
  "imageUrl" TEXT,
  "metadata" TEXT,
  "isRead" INTEGER NOT NULL DEFAULT 0,
  "readAt" INTEGER,
  "priority" TEXT NOT NULL DEFAULT 'normal',
  "expiresAt" INTEGER,
  "createdAt" INTEGER
) STRICT;

CREATE INDEX "notifications_idx_userId_read" ON "notifications" ("userId" ASC, "isRead" ASC);

CREATE INDEX "notifications_idx_createdAt" ON "notifications" ("createdAt" DESC);

CREATE TABLE "appAnalytics" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "metricName" TEXT NOT NULL,
  "metricValue" REAL NOT NULL,
  "dimensions" TEXT,
  "timestamp" INTEGER NOT NULL
) STRICT;

CREATE INDEX "appAnalytics_idx_metric_time" ON "appAnalytics" ("metricName" ASC, "timestamp" DESC);

CREATE TABLE "errorLogs" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT,
  "errorType" TEXT NOT NULL,
  "errorMessage" TEXT NOT NULL,
  "stackTrace" TEXT,
  "context" TEXT,
  "severity" TEXT NOT NULL DEFAULT 'error',
  "resolved" INTEGER NOT NULL DEFAULT 0,
  "timestamp" INTEGER NOT NULL
) STRICT;

CREATE INDEX "errorLogs_idx_severity_time" ON "errorLogs" ("severity" ASC, "timestamp" DESC);

CREATE INDEX "errorLogs_idx_resolved" ON "errorLogs" ("resolved" ASC);

CREATE TABLE "accounts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "email" TEXT,
  "passwordHash" TEXT,
  "isAnonymous" INTEGER NOT NULL DEFAULT 0,
  "status" TEXT NOT NULL DEFAULT 'active',
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL,
  "passwordChangedAt" INTEGER,
  "lastSignInAt" INTEGER
) STRICT;

CREATE UNIQUE INDEX "accounts_idx_email" ON "accounts" ("email" ASC);

CREATE TABLE "sessions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "refreshHash" TEXT NOT NULL,
  "previousRefreshHash" TEXT,
  "device" TEXT,
  "userAgent" TEXT,
  "ipAddress" TEXT,
  "createdAt" INTEGER NOT NULL,
  "lastUsedAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL,
  "refreshedAt" INTEGER
) STRICT;

CREATE INDEX "sessions_idx_user" ON "sessions" ("userId" ASC, "lastUsedAt" ASC);

CREATE INDEX "sessions_idx_expires" ON "sessions" ("expiresAt" ASC);

CREATE TABLE "signingKeys" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "purpose" TEXT NOT NULL,
  "algorithm" TEXT NOT NULL,
  "secret" TEXT NOT NULL,
  "publicKey" TEXT,
  "createdAt" INTEGER NOT NULL,
  "retiredAt" INTEGER
) STRICT;

CREATE INDEX "signingKeys_idx_purpose" ON "signingKeys" ("purpose" ASC);

CREATE TABLE "conversationMembers" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "role" TEXT NOT NULL DEFAULT 'member',
  "status" TEXT NOT NULL DEFAULT 'active',
  "isMuted" INTEGER NOT NULL DEFAULT 0,
  "mutedUntil" INTEGER,
  "isMarkedUnread" INTEGER NOT NULL DEFAULT 0,
  "isHidden" INTEGER NOT NULL DEFAULT 0,
  "isPinned" INTEGER NOT NULL DEFAULT 0,
  "isArchived" INTEGER NOT NULL DEFAULT 0,
  "isBlocked" INTEGER NOT NULL DEFAULT 0,
  "isRequest" INTEGER NOT NULL DEFAULT 0,
  "lastReadMessageId" TEXT,
  "lastReadAt" INTEGER,
  "readPosition" INTEGER,
  "receiptPosition" INTEGER,
  "deliveredPosition" INTEGER,
  "joinedPosition" INTEGER,
  "clearedPosition" INTEGER,
  "deletedPosition" INTEGER,
  "historyPosition" INTEGER,
  "lastSentAt" INTEGER,
  "joinedAt" INTEGER NOT NULL,
  "leftAt" INTEGER,
  "updatedAt" INTEGER,
  "invitedBy" TEXT,
  "invitationId" TEXT
) STRICT;

CREATE UNIQUE INDEX "conversationMembers_idx_conversation_user" ON "conversationMembers" ("conversationId" ASC, "userId" ASC);

CREATE INDEX "conversationMembers_idx_user_list" ON "conversationMembers" ("userId" ASC, "status" ASC, "isHidden" ASC, "isRequest" ASC, "isArchived" ASC, "isPinned" ASC, "conversationId" ASC);

CREATE INDEX "conversationMembers_idx_conversation_status" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "joinedAt" ASC);

CREATE INDEX "conversationMembers_idx_conversation_role" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "role" ASC);

CREATE INDEX "conversationMembers_idx_conversation_receipt" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "receiptPosition" ASC, "joinedPosition" ASC);

CREATE INDEX "conversationMembers_idx_conversation_delivered" ON "conversationMembers" ("conversationId" ASC, "status" ASC, "deliveredPosition" ASC, "joinedPosition" ASC);

CREATE INDEX "conversationMembers_idx_left" ON "conversationMembers" ("leftAt" ASC);

CREATE INDEX "conversationMembers_idx_invitation" ON "conversationMembers" ("invitationId" ASC, "status" ASC, "joinedAt" ASC);

CREATE TABLE "conversationLists" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pinnedIds" TEXT NOT NULL,
  "folderIds" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "conversationFolders" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "icon" TEXT,
  "kinds" TEXT NOT NULL,
  "exclusions" TEXT NOT NULL,
  "includedIds" TEXT NOT NULL,
  "excludedIds" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "conversationFolders_idx_user" ON "conversationFolders" ("userId" ASC);

CREATE TABLE "listChanges" (
  "_seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "scope" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "listChanges_idx_scope" ON "listChanges" ("scope" ASC);

CREATE TABLE "idempotencyKeys" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "route" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "bodyHash" TEXT NOT NULL,
  "status" INTEGER NOT NULL,
  "response" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "idempotencyKeys_idx_user_route_key" ON "idempotencyKeys" ("userId" ASC, "route" ASC, "key" ASC);

CREATE INDEX "idempotencyKeys_idx_expires" ON "idempotencyKeys" ("expiresAt" ASC);

CREATE TABLE "rateLimits" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "bucket" TEXT NOT NULL,
  "windowStart" INTEGER NOT NULL,
  "count" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "rateLimits_idx_bucket" ON "rateLimits" ("bucket" ASC);

CREATE INDEX "rateLimits_idx_expires" ON "rateLimits" ("expiresAt" ASC);

CREATE TABLE "receiptTrails" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "read" TEXT NOT NULL,
  "delivered" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "receiptTrails_idx_updated" ON "receiptTrails" ("updatedAt" ASC);

CREATE TABLE "events" (
  "_seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "kind" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "userId" TEXT,
  "payload" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "events_idx_kind" ON "events" ("kind" ASC);

CREATE TABLE "consumerCursors" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "reads" TEXT,
  "position" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "jobLeases" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "holder" TEXT,
  "until" INTEGER,
  "ranFor" INTEGER
) STRICT;

CREATE TABLE "jobRuns" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "job" TEXT NOT NULL,
  "startedAt" INTEGER NOT NULL,
  "finishedAt" INTEGER,
  "found" INTEGER NOT NULL,
  "done" INTEGER NOT NULL,
  "failed" INTEGER NOT NULL,
  "capped" INTEGER NOT NULL DEFAULT 0,
  "error" TEXT
) STRICT;

CREATE INDEX "jobRuns_idx_job_time" ON "jobRuns" ("job" ASC, "startedAt" DESC);

CREATE TABLE "messageDrafts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "replyToMessageId" TEXT,
  "custom" TEXT,
  "updatedAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageDrafts_idx_user" ON "messageDrafts" ("userId" ASC, "updatedAt" ASC);

CREATE INDEX "messageDrafts_idx_expires" ON "messageDrafts" ("expiresAt" ASC);

CREATE TABLE "messageExpiries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageExpiries_idx_expires" ON "messageExpiries" ("expiresAt" ASC);

CREATE TABLE "messageMarks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageMarks_idx_user_conversation" ON "messageMarks" ("userId" ASC, "conversationId" ASC, "kind" ASC, "position" ASC, "messageId" ASC);

CREATE INDEX "messageMarks_idx_user_kind" ON "messageMarks" ("userId" ASC, "kind" ASC);

CREATE INDEX "messageMarks_idx_message" ON "messageMarks" ("messageId" ASC, "kind" ASC);

CREATE TABLE "messageReactions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "reaction" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "messageReactions_idx_message_user_place" ON "messageReactions" ("messageId" ASC, "userId" ASC, "place" ASC);

CREATE INDEX "messageReactions_idx_message" ON "messageReactions" ("messageId" ASC);

CREATE INDEX "messageReactions_idx_message_reaction" ON "messageReactions" ("messageId" ASC, "reaction" ASC);

CREATE TABLE "messageReactionCounts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "reaction" TEXT NOT NULL,
  "count" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageReactionCounts_idx_message_count" ON "messageReactionCounts" ("messageId" ASC, "count" DESC);

CREATE TABLE "messageReferences" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "documentId" TEXT NOT NULL
) STRICT;

CREATE INDEX "messageReferences_idx_message" ON "messageReferences" ("messageId" ASC);

CREATE TABLE "messageRemains" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageRemains_idx_due" ON "messageRemains" ("dueAt" ASC);

CREATE TABLE "messageVersions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "content" TEXT NOT NULL,
  "mentions" TEXT NOT NULL,
  "links" TEXT NOT NULL,
  "writtenAt" INTEGER NOT NULL,
  "replacedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "messageVersions_idx_message" ON "messageVersions" ("messageId" ASC, "number" ASC);

CREATE TABLE "messagePins" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "pinnedBy" TEXT NOT NULL,
  "pinnedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "messagePins_idx_conversation_place" ON "messagePins" ("conversationId" ASC, "place" ASC);

CREATE INDEX "messagePins_idx_conversation" ON "messagePins" ("conversationId" ASC);

CREATE TABLE "messageThreads" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "replyCount" INTEGER NOT NULL,
  "lastReplyAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "messageOpenings" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "openedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "messageOpenings_idx_message" ON "messageOpenings" ("messageId" ASC);

CREATE TABLE "openedMessages" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "openedMessages_idx_due" ON "openedMessages" ("dueAt" ASC);

CREATE TABLE "scheduledMessages" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "message" TEXT NOT NULL,
  "sendAt" INTEGER NOT NULL,
  "dueAt" INTEGER,
  "status" TEXT NOT NULL DEFAULT 'waiting',
  "failure" TEXT,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "failedAt" INTEGER,
  "expiresAt" INTEGER,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "scheduledMessages_idx_due" ON "scheduledMessages" ("dueAt" ASC);

CREATE INDEX "scheduledMessages_idx_user" ON "scheduledMessages" ("userId" ASC, "sendAt" ASC);

CREATE INDEX "scheduledMessages_idx_user_conversation" ON "scheduledMessages" ("userId" ASC, "conversationId" ASC, "sendAt" ASC);

CREATE INDEX "scheduledMessages_idx_expires" ON "scheduledMessages" ("expiresAt" ASC);

CREATE TABLE "scheduledBooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "waiting" INTEGER NOT NULL
) STRICT;

CREATE TABLE "storyReactions" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "storyId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "reaction" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "storyReactions_idx_story_user" ON "storyReactions" ("storyId" ASC, "userId" ASC);

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
  "senderId" TEXT NOT NULL,
  "position" INTEGER NOT NULL DEFAULT 0,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "fanOuts_idx_sender" ON "fanOuts" ("senderId" ASC);

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
  "lastActiveAt" INTEGER,
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
  "sessionId" TEXT,
  "endpoint" TEXT NOT NULL,
  "p256dh" TEXT NOT NULL,
  "auth" TEXT NOT NULL,
  "deviceName" TEXT,
  "expiresAt" INTEGER,
  "createdAt" INTEGER NOT NULL,
  "lastPushedAt" INTEGER
) STRICT;

CREATE INDEX "pushSubscriptions_idx_user" ON "pushSubscriptions" ("userId" ASC);

CREATE INDEX "pushSubscriptions_idx_expires" ON "pushSubscriptions" ("expiresAt" ASC);

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

CREATE TABLE "pollBallots" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pollId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "choices" TEXT,
  "sealed" TEXT,
  "votedAt" INTEGER
) STRICT;

CREATE INDEX "pollBallots_idx_poll" ON "pollBallots" ("pollId" ASC);

CREATE TABLE "pollChoices" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pollId" TEXT NOT NULL,
  "option" INTEGER NOT NULL,
  "userId" TEXT NOT NULL,
  "chosenAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "pollChoices_idx_poll_option" ON "pollChoices" ("pollId" ASC, "option" ASC);

CREATE TABLE "pollClosings" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "closedBy" TEXT NOT NULL,
  "closedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "pollTallies" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "pollId" TEXT NOT NULL,
  "option" INTEGER NOT NULL,
  "votes" INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX "pollTallies_idx_poll" ON "pollTallies" ("pollId" ASC);

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

CREATE TABLE "displayNames" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "name" TEXT NOT NULL
) STRICT;

CREATE INDEX "displayNames_idx_name" ON "displayNames" ("name" ASC);

CREATE TABLE "restingNames" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "username" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "restsUntil" INTEGER NOT NULL
) STRICT;

CREATE INDEX "restingNames_idx_rests_until" ON "restingNames" ("restsUntil" ASC);

CREATE TABLE "conversationBans" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "bannedBy" TEXT NOT NULL,
  "reason" TEXT,
  "endsAt" INTEGER,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "conversationBans_idx_conversation_user" ON "conversationBans" ("conversationId" ASC, "userId" ASC);

CREATE INDEX "conversationBans_idx_conversation" ON "conversationBans" ("conversationId" ASC);

CREATE INDEX "conversationBans_idx_user" ON "conversationBans" ("userId" ASC);

CREATE INDEX "conversationBans_idx_ends" ON "conversationBans" ("endsAt" ASC);

CREATE TABLE "contactBooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "contacts" INTEGER NOT NULL
) STRICT;

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

INSERT INTO "searchEntries_idx_words" ("searchEntries_idx_words", rank) VALUES ('secure-delete', 1);

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

CREATE TABLE "mentionEntries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "expiresAt" INTEGER
) STRICT;

CREATE INDEX "mentionEntries_idx_conversation_target" ON "mentionEntries" ("conversationId" ASC, "target" ASC, "position" ASC);

CREATE INDEX "mentionEntries_idx_message" ON "mentionEntries" ("messageId" ASC);

CREATE INDEX "mentionEntries_idx_expires" ON "mentionEntries" ("expiresAt" ASC);

CREATE TABLE "contactRequests" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "requesterId" TEXT NOT NULL,
  "recipientId" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "createdAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "contactRequests_idx_recipient" ON "contactRequests" ("recipientId" ASC, "status" ASC);

CREATE INDEX "contactRequests_idx_requester" ON "contactRequests" ("requesterId" ASC, "status" ASC);

CREATE INDEX "contactRequests_idx_expires" ON "contactRequests" ("expiresAt" ASC);

CREATE TABLE "discoverables" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "code" TEXT NOT NULL
) STRICT;

CREATE INDEX "discoverables_idx_code" ON "discoverables" ("code" ASC);

CREATE TABLE "conversationInvitations" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT,
  "createdBy" TEXT NOT NULL,
  "needsApproval" INTEGER NOT NULL DEFAULT 0,
  "expiresAt" INTEGER,
  "maxUses" INTEGER,
  "uses" INTEGER NOT NULL DEFAULT 0,
  "revokedAt" INTEGER,
  "keptUntil" INTEGER,
  "createdAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "conversationInvitations_idx_code" ON "conversationInvitations" ("code" ASC);

CREATE INDEX "conversationInvitations_idx_conversation" ON "conversationInvitations" ("conversationId" ASC);

CREATE INDEX "conversationInvitations_idx_conversation_maker" ON "conversationInvitations" ("conversationId" ASC, "createdBy" ASC);

CREATE INDEX "conversationInvitations_idx_kept" ON "conversationInvitations" ("keptUntil" ASC);

CREATE TABLE "conversationJoinRequests" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "invitationId" TEXT,
  "createdAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "conversationJoinRequests_idx_conversation_status" ON "conversationJoinRequests" ("conversationId" ASC, "status" ASC, "createdAt" ASC);

CREATE INDEX "conversationJoinRequests_idx_user" ON "conversationJoinRequests" ("userId" ASC, "createdAt" ASC);

CREATE INDEX "conversationJoinRequests_idx_expires" ON "conversationJoinRequests" ("expiresAt" ASC);

CREATE TABLE "publicConversations" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "directory" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "words" TEXT NOT NULL,
  "category" TEXT,
  "tags" TEXT NOT NULL,
  "listedAt" INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE "publicConversations_idx_words" USING fts5 (terms, content = '', columnsize = 0, tokenize = "ascii tokenchars '-_.='");

INSERT INTO "publicConversations_idx_words" ("publicConversations_idx_words", rank) VALUES ('secure-delete', 1);

CREATE TRIGGER "publicConversations_idx_words_in" AFTER INSERT ON "publicConversations" BEGIN
  INSERT INTO "publicConversations_idx_words" (rowid, terms) VALUES (new."position", replace(rtrim(new."words"), ' ', ' ' || new."directory" || '='));
END;

CREATE TRIGGER "publicConversations_idx_words_out" AFTER DELETE ON "publicConversations" BEGIN
  INSERT INTO "publicConversations_idx_words" ("publicConversations_idx_words", rowid, terms) VALUES ('delete', old."position", replace(rtrim(old."words"), ' ', ' ' || old."directory" || '='));
END;

CREATE TRIGGER "publicConversations_idx_words_change" AFTER UPDATE ON "publicConversations" WHEN old."words" IS NOT new."words" OR old."directory" IS NOT new."directory" OR old."position" IS NOT new."position" BEGIN
  INSERT INTO "publicConversations_idx_words" ("publicConversations_idx_words", rowid, terms) VALUES ('delete', old."position", replace(rtrim(old."words"), ' ', ' ' || old."directory" || '='));
  INSERT INTO "publicConversations_idx_words" (rowid, terms) VALUES (new."position", replace(rtrim(new."words"), ' ', ' ' || new."directory" || '='));
END;

CREATE UNIQUE INDEX "publicConversations_idx_position" ON "publicConversations" ("position" ASC);

CREATE TABLE "publicConversationTags" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "tag" TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX "publicConversationTags_idx_conversation_tag" ON "publicConversationTags" ("conversationId" ASC, "tag" ASC);

CREATE INDEX "publicConversationTags_idx_tag" ON "publicConversationTags" ("tag" ASC, "conversationId" ASC);

CREATE TABLE "incomingWebhooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "userId" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "avatarUrl" TEXT,
  "secretHash" TEXT NOT NULL,
  "createdBy" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "incomingWebhooks_idx_conversation_place" ON "incomingWebhooks" ("conversationId" ASC, "place" ASC);

CREATE TABLE "outgoingWebhooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "url" TEXT NOT NULL,
  "events" TEXT NOT NULL,
  "secret" TEXT NOT NULL,
  "formerSecret" TEXT,
  "formerUntil" INTEGER,
  "position" INTEGER,
  "status" TEXT NOT NULL DEFAULT 'active',
  "failingSince" INTEGER,
  "disabledAt" INTEGER,
  "createdBy" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "outgoingWebhooks_idx_conversation_place" ON "outgoingWebhooks" ("conversationId" ASC, "place" ASC);

CREATE INDEX "outgoingWebhooks_idx_conversation_status" ON "outgoingWebhooks" ("conversationId" ASC, "status" ASC);

CREATE TABLE "webhookDeliveries" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "webhookId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL,
  "event" TEXT NOT NULL,
  "messageId" TEXT,
  "details" TEXT NOT NULL,
  "happenedAt" INTEGER NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "dueAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "webhookDeliveries_idx_due" ON "webhookDeliveries" ("dueAt" ASC);

CREATE INDEX "webhookDeliveries_idx_webhook" ON "webhookDeliveries" ("webhookId" ASC);

CREATE INDEX "webhookDeliveries_idx_expires" ON "webhookDeliveries" ("expiresAt" ASC);

CREATE TABLE "webhookAttempts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "webhookId" TEXT NOT NULL,
  "deliveryId" TEXT NOT NULL,
  "event" TEXT NOT NULL,
  "attempt" INTEGER NOT NULL,
  "status" INTEGER,
  "ok" INTEGER NOT NULL,
  "error" TEXT,
  "durationMs" INTEGER NOT NULL,
  "nextAt" INTEGER,
  "attemptedAt" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "webhookAttempts_idx_webhook" ON "webhookAttempts" ("webhookId" ASC);

CREATE INDEX "webhookAttempts_idx_expires" ON "webhookAttempts" ("expiresAt" ASC);

CREATE TABLE "channelPosts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "authorId" TEXT NOT NULL,
  "views" INTEGER NOT NULL DEFAULT 0,
  "commentsConversationId" TEXT,
  "commentsMessageId" TEXT,
  "sentAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "channelPosts_idx_author" ON "channelPosts" ("conversationId" ASC, "authorId" ASC, "sentAt" ASC);

CREATE TABLE "postViewers" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "viewedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "postViewers_idx_message" ON "postViewers" ("messageId" ASC);

CREATE INDEX "postViewers_idx_viewed" ON "postViewers" ("viewedAt" ASC);

CREATE TABLE "linkedGroups" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "groupId" TEXT NOT NULL,
  "linkedBy" TEXT NOT NULL,
  "linkedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "linkedGroups_idx_group" ON "linkedGroups" ("groupId" ASC);

CREATE TABLE "broadcastRecipients" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "addedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "broadcastRecipients_idx_conversation" ON "broadcastRecipients" ("conversationId" ASC);

CREATE TABLE "broadcasts" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "dueAt" INTEGER,
  "position" INTEGER NOT NULL DEFAULT 0,
  "reached" INTEGER NOT NULL DEFAULT 0,
  "refused" INTEGER NOT NULL DEFAULT 0,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "change" TEXT,
  "changeDueAt" INTEGER,
  "changePosition" INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX "broadcasts_idx_due" ON "broadcasts" ("dueAt" ASC);

CREATE INDEX "broadcasts_idx_list_due" ON "broadcasts" ("conversationId" ASC, "dueAt" ASC);

CREATE INDEX "broadcasts_idx_change" ON "broadcasts" ("changeDueAt" ASC);

CREATE TABLE "broadcastCopies" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "messageId" TEXT NOT NULL,
  "conversationId" TEXT NOT NULL
) STRICT;

CREATE INDEX "broadcastCopies_idx_message" ON "broadcastCopies" ("messageId" ASC);

CREATE TABLE "communityGroups" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "communityId" TEXT NOT NULL,
  "linkedBy" TEXT NOT NULL,
  "linkedAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "communityGroups_idx_community" ON "communityGroups" ("communityId" ASC);

CREATE TABLE "communityDepartures" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "communityId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "position" INTEGER NOT NULL DEFAULT 0,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "communityDepartures_idx_due" ON "communityDepartures" ("dueAt" ASC);

CREATE TABLE "bots" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "ownerId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "isEnabled" INTEGER NOT NULL DEFAULT 1,
  "isBarred" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "bots_idx_owner_place" ON "bots" ("ownerId" ASC, "place" ASC);

CREATE TABLE "botCommands" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "names" TEXT NOT NULL,
  "descriptions" TEXT NOT NULL,
  "updatedAt" INTEGER NOT NULL
) STRICT;

CREATE TABLE "conversationBots" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "conversationId" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "botId" TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX "conversationBots_idx_conversation_place" ON "conversationBots" ("conversationId" ASC, "place" ASC);

CREATE TABLE "userDepartures" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "position" TEXT,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "userDepartures_idx_due" ON "userDepartures" ("dueAt" ASC);

CREATE TABLE "signals" (
  "_seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "kind" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "conversationId" TEXT,
  "payload" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "signals_idx_expires" ON "signals" ("expiresAt" ASC);

CREATE TABLE "streamTickets" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "sessionId" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "streamTickets_idx_expires" ON "streamTickets" ("expiresAt" ASC);

CREATE TABLE "presenceDevices" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'online',
  "device" TEXT,
  "countsUntil" INTEGER NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "presenceDevices_idx_user_counts" ON "presenceDevices" ("userId" ASC, "countsUntil" ASC);

CREATE INDEX "presenceDevices_idx_expires" ON "presenceDevices" ("expiresAt" ASC);

CREATE TABLE "presenceWatches" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "userIds" TEXT NOT NULL,
  "expiresAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "presenceWatches_idx_expires" ON "presenceWatches" ("expiresAt" ASC);

CREATE TABLE "files" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "bucket" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "mimeType" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "sha256" TEXT,
  "received" INTEGER NOT NULL,
  "turn" INTEGER NOT NULL DEFAULT 0,
  "hashState" BLOB,
  "contentId" TEXT NOT NULL,
  "isInline" INTEGER NOT NULL DEFAULT 0,
  "createdAt" INTEGER NOT NULL,
  "completedAt" INTEGER,
  "removedAt" INTEGER,
  "endsAt" INTEGER
) STRICT;

CREATE INDEX "files_idx_user_bucket" ON "files" ("userId" ASC, "bucket" ASC);

CREATE INDEX "files_idx_user_completed" ON "files" ("userId" ASC, "completedAt" ASC);

CREATE INDEX "files_idx_ends" ON "files" ("endsAt" ASC);

CREATE TABLE "fileContents" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "uses" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "fileContents_idx_user_hash" ON "fileContents" ("userId" ASC, "sha256" ASC);

CREATE TABLE "fileChunks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "contentId" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "bytes" BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX "fileChunks_idx_content_number" ON "fileChunks" ("contentId" ASC, "number" ASC);

CREATE TABLE "fileRemovals" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "dueAt" INTEGER NOT NULL
) STRICT;

CREATE INDEX "fileRemovals_idx_due" ON "fileRemovals" ("dueAt" ASC);

CREATE TABLE "fileHolds" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "fileId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "holderId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "place" TEXT
) STRICT;

CREATE INDEX "fileHolds_idx_file_place" ON "fileHolds" ("fileId" ASC, "place" ASC);

CREATE INDEX "fileHolds_idx_holder" ON "fileHolds" ("kind" ASC, "holderId" ASC);

CREATE TABLE "fileBooks" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "bytes" INTEGER NOT NULL,
  "uploading" INTEGER NOT NULL
) STRICT;

CREATE TABLE "fileUsages" (
  "_seq" INTEGER PRIMARY KEY,
  "_id" TEXT NOT NULL UNIQUE,
  "_revision" INTEGER NOT NULL DEFAULT 1,
  "userId" TEXT NOT NULL,
  "bucket" TEXT NOT NULL,
  "files" INTEGER NOT NULL,
  "bytes" INTEGER NOT NULL
) STRICT;

CREATE INDEX "fileUsages_idx_user" ON "fileUsages" ("userId" ASC);
