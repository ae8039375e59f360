//! The whole of the model: databases, collections and buckets, and how many there are.

use std::fmt;

use crate::analytics_db::{AppMetric, ErrorLog, Notification, UserActivity};
use crate::content_db::{ArFilter, Gif, MediaItem, Poll, Sticker, StickerPack, UserSticker};
use crate::main_db::{
    Contact, Conversation, Message, Presence, Profile, QueuedMessage, TypingIndicator,
};
use crate::social_db::{Comment, Follow, Post, PostReaction, Story, StoryView};
use crate::system::{
    Account, Bot, BotCommands, Broadcast, BroadcastCopy, BroadcastRecipient, ChannelPost,
    CommunityDeparture, CommunityGroup, ConsumerCursor, ContactBook, ContactRequest,
    ConversationBan, ConversationBot, ConversationFolder, ConversationInvitation,
    ConversationJoinRequest, ConversationList, ConversationMember, Discoverable, DisplayName,
    ErrorGroup, ErrorLink, Event, FanOut, FileBook, FileChunk, FileContent, FileHold, FileRemoval,
    FileUsage, GifTag, IdempotencyKey, IncomingWebhook, JobLease, JobRun, LinkedGroup, ListChange,
    MediaEntry, MentionEntry, MessageDraft, MessageExpiry, MessageMark, MessageOpening, MessagePin,
    MessageReaction, MessageReactionCount, MessageReference, MessageRemains, MessageThread,
    MessageVersion, NotificationSettings, OpenedMessage, OutgoingWebhook, PollBallot, PollChoice,
    PollClosing, PollTally, PostHashtag, PostViewer, PresenceDevice, PresenceWatch, Progress,
    ProgressDay, ProgressWeek, PublicConversation, PublicConversationTag, Push, PushSubscription,
    RateLimit, ReceiptTrail, ReputationGrant, RestingName, ScheduledBook, ScheduledMessage,
    SearchEntry, Session, Signal, SigningKey, StickerTag, StoredFile, StoryReaction, StreamTicket,
    UserDeparture, WebhookAttempt, WebhookDelivery,
};
use crate::web3_db::{ContractHook, CryptoTransaction, Nft, TokenGift, TokenHolding, Wallet};
use crate::{Bucket, Collection, Database, Document};

/// The databases of the API's collections.
pub fn databases() -> &'static [Database] {
    &[
        Database {
            id: "mainDB",
            name: "MainDatabase",
        },
        Database {
            id: "socialDB",
            name: "SocialDatabase",
        },
        Database {
            id: "web3DB",
            name: "Web3Database",
        },
        Database {
            id: "contentDB",
            name: "ContentDatabase",
        },
        Database {
            id: "analyticsDB",
            name: "AnalyticsDatabase",
        },
    ]
}

/// The database of the system collections.
pub fn system_database() -> &'static Database {
    &Database {
        id: "systemDB",
        name: "SystemDatabase",
    }
}

/// The API's collections, database by database.
pub fn collections() -> &'static [&'static Collection] {
    &[
        Profile::COLLECTION,
        Conversation::COLLECTION,
        Message::COLLECTION,
        QueuedMessage::COLLECTION,
        Contact::COLLECTION,
        TypingIndicator::COLLECTION,
        Presence::COLLECTION,
        Story::COLLECTION,
        StoryView::COLLECTION,
        Post::COLLECTION,
        PostReaction::COLLECTION,
        Comment::COLLECTION,
        Follow::COLLECTION,
        Wallet::COLLECTION,
        Nft::COLLECTION,
        CryptoTransaction::COLLECTION,
        TokenGift::COLLECTION,
        ContractHook::COLLECTION,
        TokenHolding::COLLECTION,
        Sticker::COLLECTION,
        StickerPack::COLLECTION,
        UserSticker::COLLECTION,
        Gif::COLLECTION,
        Poll::COLLECTION,
        ArFilter::COLLECTION,
        MediaItem::COLLECTION,
        UserActivity::COLLECTION,
        Notification::COLLECTION,
        AppMetric::COLLECTION,
        ErrorLog::COLLECTION,
    ]
}

/// The server's own collections.
pub fn system_collections() -> &'static [&'static Collection] {
    SYSTEM_COLLECTIONS
}

const SYSTEM_COLLECTIONS: &[&Collection] = &[
    Account::COLLECTION,
    Session::COLLECTION,
    SigningKey::COLLECTION,
    ConversationMember::COLLECTION,
    ConversationList::COLLECTION,
    ConversationFolder::COLLECTION,
    ListChange::COLLECTION,
    IdempotencyKey::COLLECTION,
    RateLimit::COLLECTION,
    ReceiptTrail::COLLECTION,
    Event::COLLECTION,
    ConsumerCursor::COLLECTION,
    JobLease::COLLECTION,
    JobRun::COLLECTION,
    MessageDraft::COLLECTION,
    MessageExpiry::COLLECTION,
    MessageMark::COLLECTION,
    MessageReaction::COLLECTION,
    MessageReactionCount::COLLECTION,
    MessageReference::COLLECTION,
    MessageRemains::COLLECTION,
    MessageVersion::COLLECTION,
    MessagePin::COLLECTION,
    MessageThread::COLLECTION,
    MessageOpening::COLLECTION,
    OpenedMessage::COLLECTION,
    ScheduledMessage::COLLECTION,
    ScheduledBook::COLLECTION,
    StoryReaction::COLLECTION,
    ErrorGroup::COLLECTION,
    ErrorLink::COLLECTION,
    FanOut::COLLECTION,
    NotificationSettings::COLLECTION,
    Progress::COLLECTION,
    ProgressDay::COLLECTION,
    ProgressWeek::COLLECTION,
    Push::COLLECTION,
    PushSubscription::COLLECTION,
    ReputationGrant::COLLECTION,
    PollBallot::COLLECTION,
    PollChoice::COLLECTION,
    PollClosing::COLLECTION,
    PollTally::COLLECTION,
    PostHashtag::COLLECTION,
    StickerTag::COLLECTION,
    GifTag::COLLECTION,
    DisplayName::COLLECTION,
    RestingName::COLLECTION,
    ConversationBan::COLLECTION,
    ContactBook::COLLECTION,
    SearchEntry::COLLECTION,
    MediaEntry::COLLECTION,
    MentionEntry::COLLECTION,
    ContactRequest::COLLECTION,
    Discoverable::COLLECTION,
    ConversationInvitation::COLLECTION,
    ConversationJoinRequest::COLLECTION,
    PublicConversation::COLLECTION,
    PublicConversationTag::COLLECTION,
    IncomingWebhook::COLLECTION,
    OutgoingWebhook::COLLECTION,
    WebhookDelivery::COLLECTION,
    WebhookAttempt::COLLECTION,
    ChannelPost::COLLECTION,
    PostViewer::COLLECTION,
    LinkedGroup::COLLECTION,
    BroadcastRecipient::COLLECTION,
    Broadcast::COLLECTION,
    BroadcastCopy::COLLECTION,
    CommunityGroup::COLLECTION,
    CommunityDeparture::COLLECTION,
    Bot::COLLECTION,
    BotCommands::COLLECTION,
    ConversationBot::COLLECTION,
    UserDeparture::COLLECTION,
    Signal::COLLECTION,
    StreamTicket::COLLECTION,
    PresenceDevice::COLLECTION,
    PresenceWatch::COLLECTION,
    StoredFile::COLLECTION,
    FileContent::COLLECTION,
    FileChunk::COLLECTION,
    FileRemoval::COLLECTION,
    FileHold::COLLECTION,
    FileBook::COLLECTION,
    FileUsage::COLLECTION,
];

/// The collection with this id, the API's or the server's own.
pub fn collection(id: &str) -> Option<&'static Collection> {
    let mut all = collections().iter().chain(system_collections());
    all.find(|collection| collection.id == id).copied()
}

/// The places for files.
pub fn buckets() -> &'static [Bucket] {
    const MB: u64 = 1_000_000;
    const BUCKETS: &[Bucket] = &[
        bucket("avatars", "User Avatars", 10 * MB),
        bucket("covers", "Cover Images", 20 * MB),
        bucket("messages", "Message Attachments", 100 * MB),
        bucket("stories", "Story Media", 50 * MB),
        bucket("posts", "Post Media", 100 * MB),
        bucket("nfts", "NFT Images", 50 * MB),
        bucket("stickers", "Sticker Images", 5 * MB),
        bucket("filters", "AR Filter Data", 20 * MB),
        bucket("gifs", "GIF Files", 10 * MB),
        bucket("voice", "Voice Messages", 50 * MB),
        bucket("video", "Video Files", 500 * MB),
        bucket("documents", "Documents", 100 * MB),
    ];
    BUCKETS
}

/// A bucket; all are compressed, encrypted and scanned alike.
const fn bucket(id: &'static str, name: &'static str, maximum_file_size: u64) -> Bucket {
    Bucket {
        id,
        name,
        maximum_file_size,
        compression: "gzip",
        encryption: true,
        antivirus: true,
    }
}

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Databases of the API's collections.
    pub databases: usize,
    /// Collections of the API.
    pub collections: usize,
    /// Their attributes, ids not counted.
    pub attributes: usize,
    /// Their indexes.
    pub indexes: usize,
    /// Buckets.
    pub buckets: usize,
    /// The server's own collections.
    pub system_collections: usize,
    /// Attributes of the server's own collections.
    pub system_attributes: usize,
    /// Indexes of the server's own collections, and its own ones on the API's.
    pub system_indexes: usize,
}

/// Counts the model.
pub fn stats() -> Stats {
    let attributes = |of: &[&Collection]| of.iter().map(|c| c.attributes.len()).sum();
    let indexes = |of: &[&Collection], own: bool| {
        let all = of.iter().flat_map(|c| c.indexes);
        all.filter(|index| index.own == own).count()
    };
    Stats {
        databases: databases().len(),
        collections: collections().len(),
        attributes: attributes(collections()),
        indexes: indexes(collections(), false),
        buckets: buckets().len(),
        system_collections: system_collections().len(),
        system_attributes: attributes(system_collections()),
        system_indexes: indexes(system_collections(), false) + indexes(collections(), true),
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "databases    {:>4}", self.databases)?;
        writeln!(f, "collections  {:>4}", self.collections)?;
        writeln!(f, "attributes   {:>4}", self.attributes)?;
        writeln!(f, "indexes      {:>4}", self.indexes)?;
        writeln!(f, "buckets      {:>4}", self.buckets)?;
        write!(
            f,
            "and of the server's own: {} collections, {} attributes, {} indexes",
            self.system_collections, self.system_attributes, self.system_indexes
        )
    }
}
