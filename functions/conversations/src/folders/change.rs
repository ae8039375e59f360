//! `PATCH /v1/me/folders/{folderId}`: changes a folder.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::Body;
use whisper_schema::body::{Change, Distinct, forms};
use whisper_schema::prelude::{
    ConversationFolder, ConversationFolderExclusion, ConversationFolderKind, Timestamp,
};
use whisper_store::{Batch, Filter, Patch};

use super::form::{MOST_NAMED, refuse};
use super::{FOLDER, find};
use crate::limits::{LISTS, Uses};
use whisper_views::folders::FolderView;

/// Changes; a field that is left out stays.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"name": "Friends"}"#)]
pub struct FolderChange {
    /// Its name: 1 to 50 characters.
    #[field(size = 1..=50, text = Name)]
    pub name: Option<String>,
    /// An emoji, or the name of a picture of the client's: 1 to 32 characters; null takes it away.
    #[field(size = 1..=32, text = Name)]
    pub icon: Change<String>,
    /// Kinds of conversations that it has, in place of the former ones.
    #[field(count = 0..=4)]
    pub kinds: Option<Distinct<ConversationFolderKind>>,
    /// States in which a conversation of these kinds isn't in it, in place of the former ones.
    #[field(count = 0..=3)]
    pub exclusions: Option<Distinct<ConversationFolderExclusion>>,
    /// Up to 200 conversations that it has in spite of their kind and state, in place of the former ones.
    #[field(count = 0..=MOST_NAMED, unique, is = forms::ID)]
    pub included_conversation_ids: Option<Vec<String>>,
    /// Up to 200 conversations that it doesn't have, in place of the former ones.
    #[field(count = 0..=MOST_NAMED, unique, is = forms::ID)]
    pub excluded_conversation_ids: Option<Vec<String>>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        FOLDER,
        "updateFolder",
        "Changes a folder of the caller's.",
        change,
    )
    .reply::<FolderView>(200, "The folder.")
    .codes(&[Code::RateLimited])
}

/// Answers 200 with the folder.
async fn change(ctx: Ctx, request: Request, Json(change): Json<FolderChange>) -> Result<Reply> {
    let id = request.id("folderId")?;
    ctx.retry(async || attempt(&ctx, id, &change).await).await
}

async fn attempt(ctx: &Ctx, id: &str, change: &FolderChange) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let found = find(ctx, &me, id).await?;
    let changed = change.applied(&found);
    if changed != found.value {
        refuse(ctx, &changed, Some(&found)).await?;
        let as_read = Filter::revision(found.revision);
        let batch = Batch::new().update_if(id, patch(&changed), as_read);
        let what = json!({"folderId": id});
        let batch = append(ctx, batch, "folder.changed", &me, Some(&me), &what)?;
        let uses = Uses::of(ctx, &[(LISTS, 1)]).await?;
        if uses.try_commit(ctx, batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Reply::ok(&FolderView::from(changed)).map(Attempt::Done)
}

impl FolderChange {
    fn applied(&self, to: &ConversationFolder) -> ConversationFolder {
        let mut folder = to.clone();
        folder.name = self.name.clone().unwrap_or(folder.name);
        folder.icon = match self.icon.clone() {
            Change::Keep => folder.icon,
            Change::Clear => None,
            Change::Set(icon) => Some(icon),
        };
        if let Some(kinds) = &self.kinds {
            folder.kinds = kinds.iter().map(ToString::to_string).collect();
        }
        if let Some(exclusions) = &self.exclusions {
            folder.exclusions = exclusions.iter().map(ToString::to_string).collect();
        }
        let (included, excluded) = (
            self.included_conversation_ids.clone(),
            self.excluded_conversation_ids.clone(),
        );
        folder.included_ids = included.unwrap_or(folder.included_ids);
        folder.excluded_ids = excluded.unwrap_or(folder.excluded_ids);
        folder
    }
}

fn patch(folder: &ConversationFolder) -> Patch<ConversationFolder> {
    Patch::new()
        .set(ConversationFolder::NAME, folder.name.as_str())
        .set(ConversationFolder::ICON, folder.icon.clone())
        .set(ConversationFolder::KINDS, folder.kinds.clone())
        .set(ConversationFolder::EXCLUSIONS, folder.exclusions.clone())
        .set(
            ConversationFolder::INCLUDED_IDS,
            folder.included_ids.clone(),
        )
        .set(
            ConversationFolder::EXCLUDED_IDS,
            folder.excluded_ids.clone(),
        )
        .set(ConversationFolder::UPDATED_AT, Timestamp::AT_COMMIT)
}
