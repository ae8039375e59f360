//! Members who come, go or get another role.

use crate::event::Departure;
use crate::news::News;

/// The users whom news are about, by what they became.
#[derive(Debug, Default)]
pub struct Moves<'a> {
    /// The users who belong to it from now on.
    pub came: Vec<&'a str>,
    /// Somebody who left, or was sent away.
    pub went: Option<(&'a str, Departure)>,
    /// The members who have another role: a handover gives two.
    pub roles: Vec<&'a str>,
}

impl<'a> Moves<'a> {
    /// The users whom these news are about; none for news that change no conversation.
    pub fn of(new: &'a News) -> Option<Self> {
        let user = new.text("userId");
        Some(match new.kind.as_str() {
            "conversation.created"
            | "conversation.members_added"
            | "conversation.member_joined" => Moves {
                came: new.users(),
                ..Moves::default()
            },
            "conversation.member_left" => Moves {
                went: user.map(|user| (user, Departure::Left)),
                ..Moves::default()
            },
            "conversation.member_removed" => Moves {
                went: user.map(|user| (user, Departure::Removed)),
                ..Moves::default()
            },
            "conversation.role_changed" => Moves {
                roles: user.into_iter().chain(new.text("formerOwnerId")).collect(),
                ..Moves::default()
            },
            "conversation.updated" => Moves::default(),
            _ => return None,
        })
    }
}
