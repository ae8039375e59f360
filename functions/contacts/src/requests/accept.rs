//! Accepting: both become contacts of each other, in one commit.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Ctx, Result};
use whisper_people::{Talks, blocked};
use whisper_schema::prelude::{Contact, ContactRequest, ConversationMember};
use whisper_store::{Answers, Batch, Doc, Filter, Query, Questions, ReadSet, StoreError};

use crate::request::accept;
use crate::side::{Asking, Side, side};

/// The direct conversations of two people, from either side.
pub struct Pairing {
    mine: Talks,
    theirs: Talks,
}

impl Pairing {
    /// The direct conversations of the caller and another.
    ///
    /// # Errors
    /// The store's, when the key for ids has to be read.
    pub async fn of(ctx: &Ctx, me: &str, other: &str) -> Result<Self> {
        Ok(Self {
            mine: Talks::of(ctx, me, [other]).await?,
            theirs: Talks::of(ctx, other, [me]).await?,
        })
    }

    /// The caller's.
    pub fn mine(&self) -> &Talks {
        &self.mine
    }

    /// Asks for both people's notes about each other; gives [`Sides`].
    pub fn sides(&self, me: &str, other: &str) -> AskingBoth {
        AskingBoth((
            side(me, other),
            side(other, me),
            self.mine.memberships(),
            self.theirs.memberships(),
        ))
    }
}

type Memberships = Vec<Query<ConversationMember>>;

/// See [`Pairing::sides`].
pub struct AskingBoth((Asking, Asking, Memberships, Memberships));

impl ReadSet for AskingBoth {
    type Output = Sides;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Sides, StoreError> {
        let (mine, theirs, my_memberships, their_memberships) = self.0.take(answers)?;
        Ok(Sides {
            mine,
            theirs,
            my_memberships,
            their_memberships,
        })
    }
}

/// Both people's notes about each other, and their memberships of their direct conversation.
pub struct Sides {
    /// The caller's side.
    pub mine: Side,
    theirs: Side,
    my_memberships: Vec<Vec<Doc<ConversationMember>>>,
    their_memberships: Vec<Vec<Doc<ConversationMember>>>,
}

/// The commit by which the caller accepts the other's request; and the caller's contact, if it is a new one.
///
/// # Errors
/// [`whisper_kit::Code::ContactsFull`] where one of the two has no room, and the store's.
pub async fn acceptance(
    ctx: &Ctx,
    request: &Doc<ContactRequest>,
    pairing: &Pairing,
    sides: &Sides,
) -> Result<(Batch, Option<Contact>)> {
    let (requester, me) = (&request.requester_id, &request.recipient_id);
    let batch = Batch::new()
        .delete_if(
            &request.id,
            Filter::<ContactRequest>::revision(request.revision),
        )
        .expect_none(blocked(me, requester));
    let (batch, contact) = begin(ctx, batch, &sides.mine).await?;
    let (batch, _) = begin(ctx, batch, &sides.theirs).await?;
    let batch = accept(&pairing.mine, ctx, batch, &sides.my_memberships)?;
    let batch = accept(&pairing.theirs, ctx, batch, &sides.their_memberships)?;
    let what = json!({"requesterId": requester, "recipientId": me});
    let kind = "contact_request.accepted";
    let batch = append(ctx, batch, kind, requester, Some(me), &what)?;
    Ok((batch, contact))
}

/// Makes the other a contact of a side's owner, unless they are one.
async fn begin(ctx: &Ctx, batch: Batch, side: &Side) -> Result<(Batch, Option<Contact>)> {
    if side.kept().is_some() {
        return Ok((batch, None));
    }
    let contact = side.new_contact();
    let batch = side.begin(ctx, batch, &contact).await?;
    let (owner, what) = (&contact.user_id, json!({"userId": contact.contact_user_id}));
    let batch = append(ctx, batch, "contact.added", owner, Some(owner), &what)?;
    Ok((batch, Some(contact)))
}
