//! `POST /v1/me/folders`: makes a folder.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::idempotency::Once;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result};
use whisper_schema::Body;
use whisper_schema::body::{Distinct, forms};
use whisper_schema::prelude::{
    ConversationFolder, ConversationFolderExclusion, ConversationFolderKind, ConversationList,
    Timestamp,
};
use whisper_store::Batch;

use super::FOLDERS;
use super::form::{MOST_NAMED, refuse};
use crate::limits::{LISTS, Uses};
use crate::own_list::{OwnList, own_list};
use whisper_views::folders::FolderView;

/// A new folder: it has the conversations that it names, and those of its kinds.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"name": "Work", "icon": "💼", "kinds": ["groups"], "exclusions": ["archived"]}"#
)]
pub struct NewFolder {
    /// Its name: 1 to 50 characters.
    #[field(required, size = 1..=50, text = Name)]
    pub name: String,
    /// An emoji, or the name of a picture of the client's: 1 to 32 characters.
    #[field(size = 1..=32, text = Name)]
    pub icon: Option<String>,
    /// Kinds of conversations that it has; needed where it names none.
    #[field(count = 0..=4)]
    pub kinds: Distinct<ConversationFolderKind>,
    /// States in which a conversation of these kinds isn't in it.
    #[field(count = 0..=3)]
    pub exclusions: Distinct<ConversationFolderExclusion>,
    /// Up to 200 conversations that it has in spite of their kind and state.
    #[field(count = 0..=MOST_NAMED, unique, is = forms::ID)]
    pub included_conversation_ids: Vec<String>,
    /// Up to 200 conversations that it doesn't have.
    #[field(count = 0..=MOST_NAMED, unique, is = forms::ID)]
    pub excluded_conversation_ids: Vec<String>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        FOLDERS,
        "createFolder",
        "Makes a folder, below the caller's others; at most 20.",
        create,
    )
    .headers(&["idempotency-key"])
    .answers(&["location"])
    .reply::<FolderView>(201, "The new folder.")
    .codes(&[
        Code::TooManyFolders,
        Code::IdempotencyKeyReused,
        Code::InvalidHeader,
        Code::RateLimited,
    ])
}

/// Answers 201 with the folder.
async fn create(ctx: Ctx, request: Request, Json(new): Json<NewFolder>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let once = Once::of(&request, &me, "POST /v1/me/folders")?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    ctx.retry(async || attempt(&ctx, &me, &new, &once).await)
        .await
}

async fn attempt(ctx: &Ctx, me: &str, new: &NewFolder, once: &Once) -> Result<Attempt<Reply>> {
    let folder = new.folder(ctx.new_id()?, me);
    let list = OwnList::of(ctx.read(own_list(me)).await?, me);
    if list.folders().len() >= ConversationList::MOST_FOLDERS {
        let most = ConversationList::MOST_FOLDERS;
        let detail = format!("You have {most} folders, and that is all there is room for.");
        return Err(Error::new(Code::TooManyFolders, detail));
    }
    refuse(ctx, &folder, None).await?;
    let mut ids = list.folders().to_vec();
    ids.push(folder.id.clone());
    let batch = list.with_folders(ids).keep_in(Batch::new().insert(&folder));
    let what = json!({"folderId": folder.id});
    let batch = append(ctx, batch, "folder.created", me, Some(me), &what)?;
    let (uses, now) = (Uses::of(ctx, &[(LISTS, 1)]).await?, ctx.now());
    let batch = uses.count_in(batch, now);
    let outcome = once.commit(ctx, batch, |_| {
        let path = format!("{FOLDERS}/{}", folder.id);
        Ok(Reply::created(&FolderView::from(folder.clone()))?.location(&path))
    });
    Attempt::of(uses.refuse(outcome.await, now))
}

impl NewFolder {
    fn folder(&self, id: String, user: &str) -> ConversationFolder {
        ConversationFolder {
            id,
            user_id: user.to_owned(),
            name: self.name.clone(),
            icon: self.icon.clone(),
            kinds: self.kinds.iter().map(ToString::to_string).collect(),
            exclusions: self.exclusions.iter().map(ToString::to_string).collect(),
            included_ids: self.included_conversation_ids.clone(),
            excluded_ids: self.excluded_conversation_ids.clone(),
            created_at: Timestamp::AT_COMMIT,
            updated_at: Timestamp::AT_COMMIT,
        }
    }
}
