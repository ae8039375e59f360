// Generated from the structs in schema/src by `whisper schema export --target typescript`;
// a change here would be overwritten.

export const DATABASE_IDS = {
  MAIN_DB: "mainDB",
  SOCIAL_DB: "socialDB",
  WEB3_DB: "web3DB",
  CONTENT_DB: "contentDB",
  ANALYTICS_DB: "analyticsDB",
} as const;

export const COLLECTION_IDS = {
  PROFILES: "profiles",
  CONVERSATIONS: "conversations",
  MESSAGES: "messages",
  MESSAGE_QUEUE: "messageQueue",
  CONTACTS: "contacts",
  TYPING_INDICATORS: "typingIndicators",
  PRESENCE: "presence",
  STORIES: "stories",
  STORY_VIEWS: "storyViews",
  POSTS: "posts",
  POST_REACTIONS: "postReactions",
  COMMENTS: "comments",
  FOLLOWS: "follows",
  WALLETS: "wallets",
  NFTS: "nfts",
  CRYPTO_TRANSACTIONS: "cryptoTransactions",
  TOKEN_GIFTS: "tokenGifts",
  CONTRACT_HOOKS: "contractHooks",
  TOKEN_HOLDINGS: "tokenHoldings",
  STICKERS: "stickers",
  STICKER_PACKS: "stickerPacks",
  USER_STICKERS: "userStickers",
  GIFS: "gifs",
  POLLS: "polls",
  AR_FILTERS: "arFilters",
  MEDIA_LIBRARY: "mediaLibrary",
  USER_ACTIVITY: "userActivity",
  NOTIFICATIONS: "notifications",
  APP_ANALYTICS: "appAnalytics",
  ERROR_LOGS: "errorLogs",
} as const;

export const BUCKET_IDS = {
  AVATARS: "avatars",
  COVERS: "covers",
  MESSAGES: "messages",
  STORIES: "stories",
  POSTS: "posts",
  NFTS: "nfts",
  STICKERS: "stickers",
  FILTERS: "filters",
  GIFS: "gifs",
  VOICE: "voice",
  VIDEO: "video",
  DOCUMENTS: "documents",
} as const;

/** A user's picture of themselves for others, with settings and standing. The document's id is the user's id, and `user_id` repeats it for clients that query by it. */
export interface ProfilesDocument {
  /** Id of the document. */
  $id: string;
  /** Id of the user, equal to the id of the document. At most 256 characters. */
  userId: string;
  /** Handle others find the user by, unique over all profiles. At most 50 characters. */
  username?: string | null;
  /** Name shown in conversations and lists. At most 100 characters. */
  displayName?: string | null;
  /** A few sentences about themselves. At most 500 characters. */
  bio?: string | null;
  /** Address that was verified to be theirs, shown to those the privacy settings let see it; none until then. An e-mail address of at most 254 characters. */
  email?: string | null;
  /** Phone number in international form, such as `+41791234567`. At most 20 characters. */
  phone?: string | null;
  /** Where the picture is served. A URL of at most 2000 characters. */
  avatarUrl?: string | null;
  /** File of the picture in the bucket `avatars`. At most 256 characters. */
  avatarFileId?: string | null;
  /** Where the cover image is served. A URL of at most 2000 characters. */
  coverImageUrl?: string | null;
  /** File of the cover image in the bucket `covers`. At most 256 characters. */
  coverImageFileId?: string | null;
  /** One line below the name. At most 150 characters. */
  tagline?: string | null;
  /** Where they say they are, in their own words. At most 100 characters. */
  location?: string | null;
  /** IANA name of the time zone, such as `Europe/Zurich`. At most 50 characters. */
  timezone?: string | null;
  /** Their page on the web. A URL of at most 2000 characters. */
  website?: string | null;
  /** Accounts elsewhere: a JSON object from service to handle, or http or https URL. At most 2000 characters. */
  socialLinks?: string | null;
  /** Settings of the apps: a JSON object the server keeps as it is. At most 5000 characters. */
  preferences?: string | null;
  /** The audiences that may see parts of the profile, write to them, add them to groups, ask them to be contacts and find them: a JSON object from setting to audience. At most 5000 characters. */
  privacySettings?: string | null;
  /** Availability they chose. "active" by default. */
  status: "active" | "away" | "busy" | "offline" | "invisible";
  /** Words that go with the availability. At most 150 characters. */
  statusMessage?: string | null;
  /** When they were last active. RFC 3339. */
  lastSeen?: string | null;
  /** Whether a device is connected; `presence` is fresher. false by default. */
  isOnline: boolean;
  /** Whether the operator vouches for their identity. false by default. */
  isVerified: boolean;
  /** Whether they have a paid plan. false by default. */
  isPremium: boolean;
  /** When the paid plan ends; none if it doesn't. RFC 3339. */
  premiumExpiry?: string | null;
  /** Standing earned from others, may be negative. 0 by default. */
  reputationScore: number;
  /** Level reached with the experience points, from 1. 1 by default. */
  level: number;
  /** Experience points collected in all. 0 by default. */
  xp: number;
  /** Days in a row with activity, today included. 0 by default. */
  streakDays: number;
  /** Keys of the badges earned, oldest first. Each at most 50 characters. */
  badges: string[];
  /** Topics they care about, in their own words. Each at most 50 characters. */
  interests: string[];
  /** Languages they speak as BCP 47 tags, such as `de-CH`. Each at most 20 characters. */
  languages: string[];
  /** Colours of the apps. "auto" by default. */
  theme: "light" | "dark" | "auto" | "amoled";
  /** When the profile was made. RFC 3339. */
  createdAt?: string | null;
  /** When its owner last changed it; points, badges and presence don't count. RFC 3339. */
  updatedAt?: string | null;
}

/** A conversation, with the data that a list of conversations shows of it. Its members are the documents of `conversationMembers`. The arrays of user ids here mirror it for small conversations and stop at a cap, so that no write grows with the size of a group. */
export interface ConversationsDocument {
  /** Id of the document. */
  $id: string;
  /** The kind of the conversation. */
  type: "direct" | "group" | "channel" | "broadcast" | "community";
  /** Title; a direct conversation has none and shows the other's name. At most 100 characters. */
  name?: string | null;
  /** Its description, in words. At most 500 characters. */
  description?: string | null;
  /** Where its picture is served. A URL of at most 2000 characters. */
  avatarUrl?: string | null;
  /** File of its picture in the bucket `avatars`. At most 256 characters. */
  avatarFileId?: string | null;
  /** User who made it. At most 256 characters. */
  creatorId: string;
  /** Users who belong to it, up to the cap. Each at most 10000 characters. */
  participantIds: string[];
  /** Users who may change it and its members, up to the cap. Each at most 256 characters. */
  adminIds: string[];
  /** Users who may remove messages and members, up to the cap. Each at most 256 characters. */
  moderatorIds: string[];
  /** Number of active members, exact at any size. 0 by default. */
  participantCount: number;
  /** Most members it may have. 200000 by default. */
  maxParticipants: number;
  /** Whether clients encrypt messages end to end. true by default. */
  isEncrypted: boolean;
  /** Protocol and version the clients encrypt with, such as `mls-1`. At most 20 characters. */
  encryptionVersion?: string | null;
  /** Users who pinned it in their list, up to the cap. Each at most 256 characters. */
  isPinned: string[];
  /** Users who get no notifications from it, up to the cap. Each at most 256 characters. */
  isMuted: string[];
  /** Users who put it away, up to the cap. Each at most 256 characters. */
  isArchived: string[];
  /** Newest message. At most 256 characters. */
  lastMessageId?: string | null;
  /** Preview of the newest message; empty of words when encrypted. At most 300 characters. */
  lastMessageText?: string | null;
  /** When it was last active: its newest message was sent, somebody joined, or it was made. The order of every list. RFC 3339. */
  lastMessageAt?: string | null;
  /** User who sent the newest message; none without messages. At most 256 characters. */
  lastMessageSenderId?: string | null;
  /** Unread messages: a JSON object from user id to number, up to the cap. At most 10000 characters. */
  unreadCount?: string | null;
  /** Settings of the conversation: a JSON object. At most 5000 characters. */
  settings?: string | null;
  /** Whether anybody may find and join it. false by default. */
  isPublic: boolean;
  /** Secret part of the invitation link. At most 256 characters. */
  inviteLink?: string | null;
  /** When the invitation link stops working; none if it doesn't. RFC 3339. */
  inviteLinkExpiry?: string | null;
  /** Category it is listed under when public. At most 50 characters. */
  category?: string | null;
  /** Words it is found by when public. Each at most 50 characters. */
  tags: string[];
  /** When it was made. RFC 3339. */
  createdAt?: string | null;
  /** When its details last changed; a new message doesn't count. RFC 3339. */
  updatedAt?: string | null;
}

/** A message, its state and its reactions. Its id may be the client's own, so that a send tried twice is stored once. Its place in the history is its commit number, which is never given twice: read positions name it. Receipts beyond the cap of `read_by` and `delivered_to` follow from the members' read positions. */
export interface MessagesDocument {
  /** Id of the document. */
  $id: string;
  /** Conversation it belongs to. At most 256 characters. */
  conversationId: string;
  /** User who sent it. At most 256 characters. */
  senderId: string;
  /** The words of the message, or the ciphertext when the conversation is encrypted. At most 10000 characters. */
  content: string;
  /** The kind of its content, which decides the form of `metadata`. */
  contentType: "text" | "image" | "video" | "audio" | "file" | "gif" | "sticker" | "location" | "contact" | "poll" | "voice" | "crypto_tx" | "nft" | "token_gift" | "link" | "reply" | "forward" | "story_reply" | "game";
  /** Preview for lists and notifications; none when encrypted. At most 300 characters. */
  plainText?: string | null;
  /** Where its media are served. Each at most 1000 characters. */
  mediaUrls: string[];
  /** Files of its media in the bucket `messages`, `voice`, `video` or `documents`. Each at most 256 characters. */
  mediaFileIds: string[];
  /** Where a small picture of the media is served. A URL of at most 2000 characters. */
  thumbnailUrl?: string | null;
  /** File of the small picture. At most 256 characters. */
  thumbnailFileId?: string | null;
  /** Details of the content type, such as coordinates: a JSON object. At most 10000 characters. */
  metadata?: string | null;
  /** Message of the same conversation it answers. At most 256 characters. */
  replyToMessageId?: string | null;
  /** Message it is a copy of. At most 256 characters. */
  forwardedFromMessageId?: string | null;
  /** Conversation the copied message came from. At most 256 characters. */
  forwardedFromConversationId?: string | null;
  /** When its content last changed; none if it never did. RFC 3339. */
  editedAt?: string | null;
  /** When it was deleted for all; its content is gone then. RFC 3339. */
  deletedAt?: string | null;
  /** Users who deleted it for themselves alone: always empty, as each of them has a `MessageMark`. Each at most 256 characters. */
  deletedFor: string[];
  /** Whether the server wrote it, such as on a member's arrival. false by default. */
  isSystemMessage: boolean;
  /** Whether it is pinned in the conversation. false by default. */
  isPinned: boolean;
  /** When it was pinned. RFC 3339. */
  pinnedAt?: string | null;
  /** Reactions: a JSON object from emoji to user ids, up to the cap. At most 10000 characters. */
  reactions?: string | null;
  /** Users it mentions. Each at most 256 characters. */
  mentions: string[];
  /** Addresses found in it. Each at most 1000 characters. */
  links: string[];
  /** Users who read it, up to the cap. Each at most 10000 characters. */
  readBy: string[];
  /** Users whose device has it, up to the cap. Each at most 10000 characters. */
  deliveredTo: string[];
  /** How far it got. "sending" by default. */
  status: "sending" | "sent" | "delivered" | "read" | "failed";
  /** When it disappears; none if it stays. RFC 3339. */
  expiresAt?: string | null;
  /** When it was sent. RFC 3339. */
  createdAt?: string | null;
  /** When it was edited or deleted; reactions, receipts and pins don't count. RFC 3339. */
  updatedAt?: string | null;
}

/** A message on its way to the devices of its recipients. One entry per message, at any size of the group: the recipients of a large one follow from `conversationMembers`. */
export interface MessageQueueDocument {
  /** Id of the document. */
  $id: string;
  /** Message to deliver. At most 256 characters. */
  messageId: string;
  /** Conversation the message belongs to. At most 256 characters. */
  conversationId: string;
  /** Users it goes to, up to the cap. Each at most 10000 characters. */
  recipientIds: string[];
  /** Users it has not reached yet, up to the cap. Each at most 10000 characters. */
  pendingFor: string[];
  /** Entries with a greater one go first. 0 by default. */
  priority: number;
  /** Attempts that failed so far. 0 by default. */
  retryCount: number;
  /** Attempts after which it fails for good. 3 by default. */
  maxRetries: number;
  /** How far the delivery got. "pending" by default. */
  status: "pending" | "processing" | "delivered" | "failed";
  /** The reason for which the last attempt failed. At most 1000 characters. */
  error?: string | null;
  /** Not to be delivered before this time. RFC 3339. */
  scheduledFor?: string | null;
  /** When it was queued. RFC 3339. */
  createdAt?: string | null;
  /** When it was delivered or given up. RFC 3339. */
  processedAt?: string | null;
}

/** One user's notes about another, with the block. The other doesn't see them. */
export interface ContactsDocument {
  /** Id of the document. */
  $id: string;
  /** User whose address book it is. At most 256 characters. */
  userId: string;
  /** User it is about. At most 256 characters. */
  contactUserId: string;
  /** Name shown to the owner in place of the other's own. At most 100 characters. */
  nickname?: string | null;
  /** The relation of the other to the owner. "friend" by default. */
  relationship: "friend" | "family" | "colleague" | "acquaintance" | "blocked" | "favorite";
  /** Whether the other may not reach the owner. false by default. */
  isBlocked: boolean;
  /** Whether the other stands at the top of the list. false by default. */
  isFavorite: boolean;
  /** Private notes. At most 500 characters. */
  notes?: string | null;
  /** Labels the owner sorts contacts by. Each at most 50 characters. */
  tags: string[];
  /** When the two last exchanged anything. RFC 3339. */
  lastInteraction?: string | null;
  /** When the contact was added. RFC 3339. */
  addedAt?: string | null;
  /** When the contact last changed. RFC 3339. */
  updatedAt?: string | null;
}

/** A sign that a user is writing. It is void once expired, whether or not it has been swept. */
export interface TypingIndicatorsDocument {
  /** Id of the document. */
  $id: string;
  /** Conversation being written in. At most 256 characters. */
  conversationId: string;
  /** User who writes. At most 256 characters. */
  userId: string;
  /** Whether they still do. true by default. */
  isTyping: boolean;
  /** When the sign is void, a few seconds after the last key. RFC 3339. */
  expiresAt: string;
}

/** Whether a user is there. It is void once expired: a device that vanished is offline. */
export interface PresenceDocument {
  /** Id of the document. */
  $id: string;
  /** User it is about; one document each. At most 256 characters. */
  userId: string;
  /** Whether they are there. */
  status: "online" | "away" | "busy" | "offline";
  /** Device last heard from, such as `ios` or `web`. At most 50 characters. */
  device?: string | null;
  /** When a device was last heard from. RFC 3339. */
  lastSeen: string;
  /** When they count as offline unless heard from again. RFC 3339. */
  expiresAt: string;
}

/** A picture, film, text or recording shown for a day or two. It isn't shown after `expires_at`, whether or not it has been swept. Views are documents of `storyViews`; the counts here are exact. */
export interface StoriesDocument {
  /** Id of the document. */
  $id: string;
  /** User who posted it. At most 256 characters. */
  userId: string;
  /** The kind of its content. */
  contentType: "image" | "video" | "text" | "audio";
  /** Where its media is served. A URL of at most 2000 characters. */
  mediaUrl?: string | null;
  /** File of its media in the bucket `stories`. At most 256 characters. */
  mediaFileId?: string | null;
  /** Where a small picture of it is served. A URL of at most 2000 characters. */
  thumbnailUrl?: string | null;
  /** Words on it. At most 500 characters. */
  text?: string | null;
  /** Colour behind the words, such as `#1f2937`. At most 7 characters. */
  backgroundColor?: string | null;
  /** Seconds it is shown for. 5 by default. */
  duration: number;
  /** Filters applied: a JSON array. At most 2000 characters. */
  filters?: string | null;
  /** Stickers placed on it: a JSON array with positions. At most 2000 characters. */
  stickers?: string | null;
  /** Music that goes with it: a JSON object. At most 500 characters. */
  music?: string | null;
  /** Where it was made, in words. At most 200 characters. */
  location?: string | null;
  /** Users it mentions. Each at most 256 characters. */
  mentions: string[];
  /** Users who saw it, up to the cap. Each at most 10000 characters. */
  viewerIds: string[];
  /** Number of users who saw it, without the author. 0 by default. */
  viewCount: number;
  /** Number of users who reacted. 0 by default. */
  reactionCount: number;
  /** Number of answers. 0 by default. */
  replyCount: number;
  /** Number of times it was passed on. 0 by default. */
  shareCount: number;
  /** The users that may see it. "friends" by default. */
  privacy: "public" | "friends" | "close_friends" | "private";
  /** Whether it can be answered. true by default. */
  allowReplies: boolean;
  /** When it vanishes: 24 hours after it was posted unless chosen otherwise, 48 at most. RFC 3339. */
  expiresAt: string;
  /** When it was posted. RFC 3339. */
  createdAt?: string | null;
}

/** The view of a story by a user; one per viewer, however often they look. */
export interface StoryViewsDocument {
  /** Id of the document. */
  $id: string;
  /** Story that was seen. At most 256 characters. */
  storyId: string;
  /** User who saw it. At most 256 characters. */
  viewerId: string;
  /** Seconds it was watched for, the longest time. 0 by default. */
  watchDuration: number;
  /** Whether it was watched to its end. false by default. */
  completedView: boolean;
  /** When it was first seen. RFC 3339. */
  viewedAt?: string | null;
}

/** A post of the feed. */
export interface PostsDocument {
  /** Id of the document. */
  $id: string;
  /** User who published it. At most 256 characters. */
  userId: string;
  /** Words of it. At most 5000 characters. */
  content?: string | null;
  /** The main kind of its content. "text" by default. */
  contentType: "text" | "image" | "video" | "audio" | "poll" | "article";
  /** Where its media are served. Each at most 1000 characters. */
  mediaUrls: string[];
  /** Files of its media in the bucket `posts`. Each at most 256 characters. */
  mediaFileIds: string[];
  /** Small pictures of its media: a JSON array in the order of the media. At most 2000 characters. */
  thumbnails?: string | null;
  /** Users it mentions. Each at most 256 characters. */
  mentions: string[];
  /** Hashtags in it, lower-case and without the `#`. Each at most 50 characters. */
  hashtags: string[];
  /** Where it was made, in words. At most 200 characters. */
  location?: string | null;
  /** The users that may see it. "public" by default. */
  privacy: "public" | "friends" | "private" | "custom";
  /** Whether it can be commented on. true by default. */
  allowComments: boolean;
  /** Whether it can be passed on. true by default. */
  allowShares: boolean;
  /** Number of users who reacted. 0 by default. */
  likeCount: number;
  /** Number of comments, answers included. 0 by default. */
  commentCount: number;
  /** Number of times it was passed on. 0 by default. */
  shareCount: number;
  /** Number of times it was seen. 0 by default. */
  viewCount: number;
  /** Whether it stands at the top of its author's page. false by default. */
  isPinned: boolean;
  /** Whether somebody paid for its reach. false by default. */
  isSponsored: boolean;
  /** When it was published. RFC 3339. */
  createdAt?: string | null;
  /** When it was last edited. RFC 3339. */
  updatedAt?: string | null;
}

/** The reaction of a user to a post; one each, replaced by the next. */
export interface PostReactionsDocument {
  /** Id of the document. */
  $id: string;
  /** Post reacted to. At most 256 characters. */
  postId: string;
  /** User who reacted. At most 256 characters. */
  userId: string;
  /** The emoji, or a name such as `like`. At most 50 characters. */
  reaction: string;
  /** When they reacted. RFC 3339. */
  createdAt?: string | null;
}

/** A comment on a post, or an answer to one. */
export interface CommentsDocument {
  /** Id of the document. */
  $id: string;
  /** Post commented on. At most 256 characters. */
  postId: string;
  /** User who wrote it. At most 256 characters. */
  userId: string;
  /** The words of the comment. At most 2000 characters. */
  content: string;
  /** Comment it answers; none if it stands at the top. At most 256 characters. */
  parentCommentId?: string | null;
  /** Users it mentions. Each at most 256 characters. */
  mentions: string[];
  /** Number of users who like it. 0 by default. */
  likeCount: number;
  /** Number of answers to it. 0 by default. */
  replyCount: number;
  /** When it was written. RFC 3339. */
  createdAt?: string | null;
  /** When it was last edited. RFC 3339. */
  updatedAt?: string | null;
}

/** The fact that one user follows another. Two who follow each other are friends. */
export interface FollowsDocument {
  /** Id of the document. */
  $id: string;
  /** User who follows. At most 256 characters. */
  followerId: string;
  /** User who is followed. At most 256 characters. */
  followingId: string;
  /** Whether the followed one agreed. "accepted" by default. */
  status: "pending" | "accepted" | "blocked";
  /** Whether the follower counts the other among their close friends. false by default. */
  isCloseFriend: boolean;
  /** Whether the follower hears of the other's stories and posts. true by default. */
  notificationsEnabled: boolean;
  /** When the follower asked. RFC 3339. */
  createdAt?: string | null;
}

/** A wallet a user linked. The server keeps no keys. */
export interface WalletsDocument {
  /** Id of the document. */
  $id: string;
  /** User it belongs to. At most 256 characters. */
  userId: string;
  /** Address on the chain, unique there. At most 256 characters. */
  address: string;
  /** Chain the address is on. */
  chain: "ethereum" | "polygon" | "bsc" | "solana" | "avalanche" | "arbitrum" | "optimism" | "base";
  /** Software it is kept in. "metamask" by default. */
  walletType: "metamask" | "walletconnect" | "coinbase" | "phantom" | "trust" | "other";
  /** Whether it is the one others pay to. false by default. */
  isPrimary: boolean;
  /** Name its owner gave it. At most 100 characters. */
  nickname?: string | null;
  /** Balances when last synced: a JSON object from token to decimal string. At most 2000 characters. */
  balance?: string | null;
  /** Number of non-fungible tokens in it when last synced. 0 by default. */
  nftsCount: number;
  /** When its contents were last read from the chain. RFC 3339. */
  lastSynced?: string | null;
  /** Whether the user proved with a signature that it is theirs. false by default. */
  isVerified: boolean;
  /** When they proved it. RFC 3339. */
  verifiedAt?: string | null;
  /** When it was linked. RFC 3339. */
  addedAt?: string | null;
}

/** A non-fungible token in a user's wallet, as last read from the chain. */
export interface NftsDocument {
  /** Id of the document. */
  $id: string;
  /** User who holds it. At most 256 characters. */
  userId: string;
  /** Wallet it lies in. At most 256 characters. */
  walletAddress: string;
  /** Chain it lives on, by the names of `wallets.chain` or as CAIP-2. At most 50 characters. */
  chain: string;
  /** Contract that issued it. At most 256 characters. */
  contractAddress: string;
  /** Its number within the contract, a decimal string. At most 256 characters. */
  tokenId: string;
  /** Standard the contract follows. "ERC721" by default. */
  tokenStandard: "ERC721" | "ERC1155" | "SPL";
  /** Its title. At most 200 characters. */
  name?: string | null;
  /** Its maker's description of it. At most 1000 characters. */
  description?: string | null;
  /** Where its picture is served. A URL of at most 2000 characters. */
  imageUrl?: string | null;
  /** Where its film or model is served. A URL of at most 2000 characters. */
  animationUrl?: string | null;
  /** Its traits: a JSON array of names and values. At most 5000 characters. */
  attributes?: string | null;
  /** Its metadata by the contract: a JSON object. At most 5000 characters. */
  metadata?: string | null;
  /** Whether its holder doesn't show it. false by default. */
  isHidden: boolean;
  /** Whether its holder uses it as picture. false by default. */
  isProfilePicture: boolean;
  /** When it was last read from the chain. RFC 3339. */
  lastSynced?: string | null;
  /** When its holder got it. RFC 3339. */
  acquiredAt?: string | null;
}

/** A transaction of a user on a chain. Amounts are decimal strings: they exceed 64 bits. */
export interface CryptoTransactionsDocument {
  /** Id of the document. */
  $id: string;
  /** User it belongs to. At most 256 characters. */
  userId: string;
  /** Hash of the transaction, unique on its chain. At most 256 characters. */
  txHash: string;
  /** Chain it is on, by the names of `wallets.chain` or as CAIP-2. At most 50 characters. */
  chain: string;
  /** The kind of transaction. */
  type: "send" | "receive" | "swap" | "nft_transfer" | "gift" | "tip" | "contract_interaction";
  /** Address that sends. At most 256 characters. */
  fromAddress: string;
  /** Address that receives. At most 256 characters. */
  toAddress: string;
  /** Amount in the token's own unit, a decimal string. At most 100 characters. */
  amount?: string | null;
  /** Symbol of the token, such as `ETH`. At most 100 characters. */
  token?: string | null;
  /** Contract of the token; none for the chain's own coin. At most 256 characters. */
  tokenAddress?: string | null;
  /** Worth in US dollars when it was made. */
  usdValue?: number | null;
  /** Gas it used, a decimal string. At most 100 characters. */
  gasUsed?: string | null;
  /** Price of the gas in gwei, a decimal string. At most 100 characters. */
  gasPriceGwei?: string | null;
  /** How far it got. "pending" by default. */
  status: "pending" | "confirmed" | "failed";
  /** Block it stands in. */
  blockNumber?: number | null;
  /** When its block was made, or when it was sent while pending. RFC 3339. */
  timestamp?: string | null;
  /** Message it was made from. At most 256 characters. */
  relatedMessageId?: string | null;
  /** Details of its type: a JSON object. At most 5000 characters. */
  metadata?: string | null;
  /** When the server first heard of it. RFC 3339. */
  createdAt?: string | null;
}

/** Tokens one user gives another inside a conversation. */
export interface TokenGiftsDocument {
  /** Id of the document. */
  $id: string;
  /** User who gives. At most 256 characters. */
  senderId: string;
  /** User who gets. At most 256 characters. */
  recipientId: string;
  /** Conversation it is given in. At most 256 characters. */
  conversationId?: string | null;
  /** Message that shows it. At most 256 characters. */
  messageId?: string | null;
  /** The kind of its content. */
  giftType: "token" | "nft" | "wrapped";
  /** Chain it lives on, by the names of `wallets.chain` or as CAIP-2. At most 50 characters. */
  chain: string;
  /** Contract of the token; none for the chain's own coin. At most 256 characters. */
  tokenAddress?: string | null;
  /** Amount in the token's own unit, a decimal string. At most 100 characters. */
  tokenAmount?: string | null;
  /** Contract of the non-fungible token given. At most 256 characters. */
  nftContractAddress?: string | null;
  /** Number of the non-fungible token given, a decimal string. At most 256 characters. */
  nftTokenId?: string | null;
  /** Worth in US dollars when it was given. */
  usdValue?: number | null;
  /** Words that go with it. At most 500 characters. */
  message?: string | null;
  /** The animation that plays when it is opened. "confetti" by default. */
  animation: "confetti" | "fireworks" | "hearts" | "money_rain" | "custom";
  /** Whether it was claimed. "pending" by default. */
  status: "pending" | "claimed" | "expired" | "refunded";
  /** Transaction that funded it. At most 256 characters. */
  txHash?: string | null;
  /** Transaction that claimed or refunded it. At most 256 characters. */
  claimTxHash?: string | null;
  /** When it goes back to the sender unless claimed. RFC 3339. */
  expiresAt?: string | null;
  /** When it was claimed. RFC 3339. */
  claimedAt?: string | null;
  /** When it was given. RFC 3339. */
  createdAt?: string | null;
}

/** A contract the server listens to or calls. */
export interface ContractHooksDocument {
  /** Id of the document. */
  $id: string;
  /** Name shown to the operator. At most 100 characters. */
  name: string;
  /** Chain it lives on, by the names of `wallets.chain` or as CAIP-2. At most 50 characters. */
  chain: string;
  /** Address of the contract. At most 256 characters. */
  contractAddress: string;
  /** Interface of the contract: a JSON array. At most 10000 characters. */
  abi: string;
  /** The purpose of the contract. */
  hookType: "escrow" | "dispute_resolution" | "reputation" | "governance" | "payment" | "nft_mint";
  /** Whether it is in use. true by default. */
  isActive: boolean;
  /** Whether the server does its part itself while the chain is unreachable. true by default. */
  fallbackEnabled: boolean;
  /** Settings of its type: a JSON object. At most 5000 characters. */
  config?: string | null;
  /** When it last ran. RFC 3339. */
  lastExecuted?: string | null;
  /** Number of times it ran. 0 by default. */
  executionCount: number;
  /** Number of times it failed. 0 by default. */
  errorCount: number;
  /** When it was set up. RFC 3339. */
  createdAt?: string | null;
  /** When its settings last changed. RFC 3339. */
  updatedAt?: string | null;
}

/** An amount of a token in a user's wallet, as last read from the chain. */
export interface TokenHoldingsDocument {
  /** Id of the document. */
  $id: string;
  /** User who holds it. At most 256 characters. */
  userId: string;
  /** Wallet it lies in. At most 256 characters. */
  walletAddress: string;
  /** Chain it lives on, by the names of `wallets.chain` or as CAIP-2. At most 50 characters. */
  chain: string;
  /** Contract of the token. At most 256 characters. */
  tokenAddress: string;
  /** Symbol of the token, such as `USDC`. At most 20 characters. */
  tokenSymbol?: string | null;
  /** Name of the token. At most 100 characters. */
  tokenName?: string | null;
  /** Amount in the smallest unit, a decimal string. At most 100 characters. */
  balance?: string | null;
  /** Digits of the smallest unit behind the point. 18 by default. */
  decimals: number;
  /** Worth in US dollars when last synced. */
  usdValue?: number | null;
  /** Price of one token in US dollars when last synced. */
  pricePerToken?: number | null;
  /** When it was last read from the chain. RFC 3339. */
  lastSynced?: string | null;
}

/** A sticker, alone or in a pack. */
export interface StickersDocument {
  /** Id of the document. */
  $id: string;
  /** Its title. At most 100 characters. */
  name: string;
  /** The picture, described in words. At most 500 characters. */
  description?: string | null;
  /** User who made it; none for the operator's own. At most 256 characters. */
  creatorId?: string | null;
  /** Pack it belongs to. At most 256 characters. */
  packId?: string | null;
  /** Where its picture is served. A URL of at most 2000 characters. */
  imageUrl: string;
  /** File of its picture in the bucket `stickers`. At most 256 characters. */
  imageFileId?: string | null;
  /** Where its animation is served. A URL of at most 2000 characters. */
  animatedUrl?: string | null;
  /** File of its animation in the bucket `stickers`. At most 256 characters. */
  animatedFileId?: string | null;
  /** Words and emoji it is found by. Each at most 50 characters. */
  tags: string[];
  /** Category it is listed under. At most 50 characters. */
  category?: string | null;
  /** Whether it takes a paid plan or a purchase. false by default. */
  isPremium: boolean;
  /** Whether it moves. false by default. */
  isAnimated: boolean;
  /** Number of times it was sent. 0 by default. */
  usageCount: number;
  /** Whether anybody may use it. true by default. */
  isPublic: boolean;
  /** When it was added. RFC 3339. */
  createdAt?: string | null;
}

/** A set of stickers that is added as one. */
export interface StickerPacksDocument {
  /** Id of the document. */
  $id: string;
  /** Its title. At most 100 characters. */
  name: string;
  /** Its description, in words. At most 500 characters. */
  description?: string | null;
  /** User who made it; none for the operator's own. At most 256 characters. */
  creatorId?: string | null;
  /** Where its cover is served. A URL of at most 2000 characters. */
  coverImageUrl?: string | null;
  /** File of its cover in the bucket `stickers`. At most 256 characters. */
  coverImageFileId?: string | null;
  /** Number of stickers in it. 0 by default. */
  stickerCount: number;
  /** Whether it takes a paid plan or a purchase. false by default. */
  isPremium: boolean;
  /** Price in units of the currency. 0.0 by default. */
  price: number;
  /** Currency of the price: ISO 4217, or a token's symbol. At most 10 characters. */
  currency?: string | null;
  /** Number of users who added it. 0 by default. */
  downloadCount: number;
  /** Whether anybody may add it. true by default. */
  isPublic: boolean;
  /** Words it is found by. Each at most 50 characters. */
  tags: string[];
  /** When it was made. RFC 3339. */
  createdAt?: string | null;
  /** When it last changed. RFC 3339. */
  updatedAt?: string | null;
}

/** A user's pack of stickers. */
export interface UserStickersDocument {
  /** Id of the document. */
  $id: string;
  /** User who has it. At most 256 characters. */
  userId: string;
  /** Pack they have. At most 256 characters. */
  stickerPackId: string;
  /** Whether they paid for it. false by default. */
  isPurchased: boolean;
  /** Whether it stands at the front. false by default. */
  isFavorite: boolean;
  /** When they added it. RFC 3339. */
  addedAt?: string | null;
}

/** A moving picture of the library. */
export interface GifsDocument {
  /** Id of the document. */
  $id: string;
  /** Its title. At most 200 characters. */
  title: string;
  /** Where it is served. A URL of at most 2000 characters. */
  url: string;
  /** File of it in the bucket `gifs`; none if it is served elsewhere. At most 256 characters. */
  fileId?: string | null;
  /** Where a small picture of it is served. A URL of at most 2000 characters. */
  thumbnailUrl?: string | null;
  /** Where it comes from, such as `upload` or a library's name. At most 50 characters. */
  source?: string | null;
  /** Its id at the source. At most 256 characters. */
  externalId?: string | null;
  /** Words it is found by. Each at most 50 characters. */
  tags: string[];
  /** Category it is listed under. At most 50 characters. */
  category?: string | null;
  /** Width in pixels. */
  width?: number | null;
  /** Height in pixels. */
  height?: number | null;
  /** Number of times it was sent. 0 by default. */
  usageCount: number;
  /** When it was added. RFC 3339. */
  createdAt?: string | null;
}

/** A question with options, and how many chose each. */
export interface PollsDocument {
  /** Id of the document. */
  $id: string;
  /** User who asks. At most 256 characters. */
  creatorId: string;
  /** Conversation it is asked in; none if in a post. At most 256 characters. */
  conversationId?: string | null;
  /** Message that shows it. At most 256 characters. */
  messageId?: string | null;
  /** The question. At most 500 characters. */
  question: string;
  /** The options to choose from: a JSON array of 2 to 12 texts. At most 5000 characters. */
  options: string;
  /** Votes: a JSON object from option to number, and to user ids up to the cap unless anonymous. At most 10000 characters. */
  votes?: string | null;
  /** Number of users who voted. 0 by default. */
  totalVotes: number;
  /** Whether a user may choose more than one option. false by default. */
  allowMultiple: boolean;
  /** Whether it is anonymous: no user sees the choices of others. false by default. */
  isAnonymous: boolean;
  /** When voting ends; none if it doesn't. RFC 3339. */
  expiresAt?: string | null;
  /** When it was asked. RFC 3339. */
  createdAt?: string | null;
}

/** An augmented-reality filter. */
export interface ArFiltersDocument {
  /** Id of the document. */
  $id: string;
  /** Its title. At most 100 characters. */
  name: string;
  /** Its effect, in words. At most 500 characters. */
  description?: string | null;
  /** User who made it; none for the operator's own. At most 256 characters. */
  creatorId?: string | null;
  /** Where a small picture of it is served. A URL of at most 2000 characters. */
  thumbnailUrl: string;
  /** File of the small picture in the bucket `filters`. At most 256 characters. */
  thumbnailFileId?: string | null;
  /** Where the filter itself is served. A URL of at most 2000 characters. */
  filterDataUrl: string;
  /** File of the filter itself in the bucket `filters`. At most 256 characters. */
  filterDataFileId?: string | null;
  /** The part of a picture that it works on. "face" by default. */
  category: "face" | "world" | "sky" | "hand" | "body";
  /** Words it is found by. Each at most 50 characters. */
  tags: string[];
  /** Whether it takes a paid plan or a purchase. false by default. */
  isPremium: boolean;
  /** Number of times it was used. 0 by default. */
  usageCount: number;
  /** Whether anybody may use it. true by default. */
  isPublic: boolean;
  /** When it was added. RFC 3339. */
  createdAt?: string | null;
}

/** A file a user uploaded, with its properties. */
export interface MediaLibraryDocument {
  /** Id of the document. */
  $id: string;
  /** User who uploaded it. At most 256 characters. */
  userId: string;
  /** File in its bucket. At most 256 characters. */
  fileId: string;
  /** Name it had on the device. At most 256 characters. */
  fileName: string;
  /** Sort of file, such as `image`, `video` or `document`. At most 50 characters. */
  fileType: string;
  /** Media type, such as `image/webp`. At most 100 characters. */
  mimeType?: string | null;
  /** Size in bytes. */
  fileSize?: number | null;
  /** Width in pixels. */
  width?: number | null;
  /** Height in pixels. */
  height?: number | null;
  /** Length in seconds. */
  duration?: number | null;
  /** File of a small picture of it. At most 256 characters. */
  thumbnailFileId?: string | null;
  /** Where it is served. A URL of at most 2000 characters. */
  url?: string | null;
  /** The file's own metadata: a JSON object. At most 5000 characters. */
  metadata?: string | null;
  /** Words its owner finds it by. Each at most 50 characters. */
  tags: string[];
  /** Album its owner put it into. At most 100 characters. */
  album?: string | null;
  /** Whether anybody may see it. false by default. */
  isPublic: boolean;
  /** When it was uploaded. RFC 3339. */
  uploadedAt?: string | null;
}

/** An activity of a user; experience points and statistics are made of these. */
export interface UserActivityDocument {
  /** Id of the document. */
  $id: string;
  /** User who did it. At most 256 characters. */
  userId: string;
  /** The kind of the activity. */
  activityType: "message_sent" | "message_received" | "story_posted" | "story_viewed" | "post_created" | "post_liked" | "comment_posted" | "gift_sent" | "nft_shared" | "login" | "logout" | "profile_update";
  /** Details of it, such as the id of the message: a JSON object. At most 5000 characters. */
  metadata?: string | null;
  /** Address the request came from. An IP address. */
  ipAddress?: string | null;
  /** The client's own name, as its header `User-Agent` gives it. At most 500 characters. */
  userAgent?: string | null;
  /** When they did it. RFC 3339. */
  timestamp: string;
}

/** A notice in a user's inbox. */
export interface NotificationsDocument {
  /** Id of the document. */
  $id: string;
  /** User it is for. At most 256 characters. */
  userId: string;
  /** The kind of the notification. */
  type: "message" | "mention" | "follow" | "like" | "comment" | "gift_received" | "story_reaction" | "nft_received" | "payment_received" | "system";
  /** First line. At most 200 characters. */
  title: string;
  /** The rest of the words. At most 500 characters. */
  body?: string | null;
  /** Where it leads: a path within the apps, or an address. At most 500 characters. */
  actionUrl?: string | null;
  /** Where its picture is served. A URL of at most 2000 characters. */
  imageUrl?: string | null;
  /** Ids of the documents it is about: a JSON object. At most 2000 characters. */
  metadata?: string | null;
  /** Whether the user has seen it. false by default. */
  isRead: boolean;
  /** When they saw it. RFC 3339. */
  readAt?: string | null;
  /** How much it matters. "normal" by default. */
  priority: "low" | "normal" | "high" | "urgent";
  /** When it is no longer shown; none if it stays. RFC 3339. */
  expiresAt?: string | null;
  /** When it was made. RFC 3339. */
  createdAt?: string | null;
}

/** A measured value. */
export interface AppAnalyticsDocument {
  /** Id of the document. */
  $id: string;
  /** Name of the metric, such as `messages_per_minute`. At most 100 characters. */
  metricName: string;
  /** The value, in the unit of the metric. */
  metricValue: number;
  /** Dimensions it is broken down by: a JSON object from name to value. At most 2000 characters. */
  dimensions?: string | null;
  /** When it was measured. RFC 3339. */
  timestamp: string;
}

/** An error somebody should look at. It never holds tokens, contents or keys. */
export interface ErrorLogsDocument {
  /** Id of the document. */
  $id: string;
  /** User it happened to, if any. At most 256 characters. */
  userId?: string | null;
  /** Stable name of the error, such as `decryption_failed`. At most 100 characters. */
  errorType: string;
  /** Message of the error. At most 2000 characters. */
  errorMessage: string;
  /** Where it happened. At most 10000 characters. */
  stackTrace?: string | null;
  /** The circumstances, such as versions and ids: a JSON object. At most 5000 characters. */
  context?: string | null;
  /** How bad it is. "error" by default. */
  severity: "debug" | "info" | "warning" | "error" | "critical";
  /** Whether it has been dealt with. false by default. */
  resolved: boolean;
  /** When it happened. RFC 3339. */
  timestamp: string;
}

