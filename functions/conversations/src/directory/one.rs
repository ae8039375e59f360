//! A group that its owner lists, or takes off the directory.

use whisper_kit::Ctx;
use whisper_kit::error::{Error, Result};
use whisper_schema::prelude::{ConversationMemberRole as Role, PublicConversation};
use whisper_store::{Doc, Get};
use whisper_views::conversations::shown::{ShownMembers, shown_members};

use crate::access::{Access, admit, door};

/// A group of the caller's own.
#[derive(Debug)]
pub struct Owned {
    /// The group, and the owner.
    pub access: Access,
    /// Its entry in the directory.
    pub entry: Option<Doc<PublicConversation>>,
    /// The members whose ids a view shows.
    pub shown: ShownMembers,
}

impl Owned {
    /// Reads a group.
    ///
    /// # Errors
    /// `not_found` for strangers, `direct_conversation`, and `forbidden` for everybody but the owner.
    pub async fn read(ctx: &Ctx, id: &str) -> Result<Self> {
        let me = ctx.caller()?.user_id;
        let entry = Get::<PublicConversation>::id(id);
        let (found, entry, shown) = ctx.read((door(id, &me), entry, shown_members(id))).await?;
        let access = admit(found)?;
        access.refuse_direct()?;
        match access.me.role {
            Role::Owner => Ok(Owned {
                access,
                entry,
                shown,
            }),
            _ => Err(Error::forbidden("Only the owner makes a group public.")),
        }
    }
}
