//! How much one user may make for others.

use whisper_kit::rate_limit::Rate;

pub use whisper_kit::rate_limit::Uses;

/// Groups that one user may make.
pub const GROUPS: Rate = Rate::per_hour("group", "group_rate_per_hour", 200);
/// Direct conversations that one user may begin with people who don't know them.
pub const STRANGERS: Rate = Rate::per_hour("stranger", "stranger_rate_per_hour", 60);
/// People whom one user may bring into groups.
pub const ADDED: Rate = Rate::per_hour("added member", "added_member_rate_per_hour", 3000);

/// Changes of groups that one user may make: details, settings, roles, removals, bans.
pub const CHANGES: Rate = Rate::per_hour(
    "conversation change",
    "conversation_change_rate_per_hour",
    1000,
);

/// Drafts that one user may save or discard: clients save while somebody types.
pub const DRAFTS: Rate = Rate::per_minute("draft", "draft_rate_per_minute", 120);

/// Links that invite, made by one user.
pub const INVITATIONS: Rate = Rate::per_hour("invitation", "invitation_rate_per_hour", 100);

/// Groups that one user may join on their own, or ask to join.
pub const JOINS: Rate = Rate::per_hour("join", "join_rate_per_hour", 100);

/// Users who may join one group on their own: however widely a link is spread, the group grows no faster.
pub const NEWCOMERS: Rate = Rate::per_minute("newcomer", "newcomer_rate_per_minute", 600);

/// Searches of the directory by words.
pub const DIRECTORY: Rate = Rate::per_minute("directory search", "directory_rate_per_minute", 120);

/// Changes of their own lists that one user may make: muting, pinning, archiving, deleting; folders.
pub const LISTS: Rate = Rate::per_minute("list change", "list_change_rate_per_minute", 120);
