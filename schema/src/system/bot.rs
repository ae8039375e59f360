//! Bots: accounts of programs, each owned by a user.

use crate::{Collection, Timestamp};

/// A program's account, with a profile of the same id as people's accounts have. Its owner manages it; nobody signs in to it, it calls with
/// a token that lasts until it is replaced.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "bots", name = "Bots", system)]
#[access(server = "The owner of a bot is told to nobody else.")]
#[retention(forever = "As many as a user may own, until they delete them.")]
#[index(unique idx_owner_place(owner_id, place))]
pub struct Bot {
    /// Id of the document: the bot's own user id, of the form of programs' ids.
    pub id: String,
    /// User who owns it.
    #[attr(size = 36)]
    pub owner_id: String,
    /// Its place among its owner's, from 0: each is taken once, which bounds them.
    #[attr(min = 0, max = 49)]
    pub place: i64,
    /// Whether its owner lets it act.
    #[attr(default = true)]
    pub is_enabled: bool,
    /// Whether the operator disabled it by itself.
    #[attr(default = false)]
    pub is_barred: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its owner, or the operator, last changed it.
    pub updated_at: Timestamp,
}

/// The commands that a bot offers.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "botCommands",
    name = "Bot commands",
    system
)]
#[access(server = "Members of the bot's conversations see them, and those are many.")]
#[retention(forever = "One list for each bot, as long as the bot.")]
pub struct BotCommands {
    /// Id of the document: the bot's.
    pub id: String,
    /// Names of the commands, in the bot's order: 1 to 32 of `a` to `z`, digits and `_`.
    #[attr(size = 32)]
    pub names: Vec<String>,
    /// Their descriptions, in the same order: 1 to 256 characters each.
    #[attr(size = 256)]
    pub descriptions: Vec<String>,
    /// When they were last replaced.
    pub updated_at: Timestamp,
}

/// A bot that belongs to a group, a channel or a community: so the bots among many members are found without reading the members. A direct
/// conversation has two members, and none of these.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conversationBots",
    name = "Conversation bots",
    system
)]
#[access(server = "The members of the conversation see it, and they change.")]
#[retention(forever = "At most 20 in a conversation, each as long as the bot's membership.")]
#[index(unique idx_conversation_place(conversation_id, place))]
pub struct ConversationBot {
    /// Id of the document: derived from conversation and bot.
    pub id: String,
    /// Conversation that it belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Its place among the conversation's, from 0: each is taken once, which bounds them.
    #[attr(min = 0, max = 19)]
    pub place: i64,
    /// The bot.
    #[attr(size = 36)]
    pub bot_id: String,
}

/// A user whose account went, and who leaves their conversations one after the other.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "userDepartures",
    name = "User departures",
    system
)]
#[access(server = "Only the job that has them leave reads it.")]
#[retention(forever = "Until the job has had them leave their conversations.")]
#[index(idx_due(due_at))]
pub struct UserDeparture {
    /// Id of the document: the user's.
    pub id: String,
    /// Last conversation that they left, or didn't have to; none at first.
    #[attr(size = 36)]
    pub position: Option<String>,
    /// When the job goes on with it: when the account went, and later where the server failed at it.
    pub due_at: Timestamp,
}
