//! News of people: notifications, stories, follows, contacts, and users' doings on their other devices.

use std::collections::BTreeSet;
use std::rc::Rc;

use whisper_kit::error::Result;
use whisper_messages::{ScheduledMessageView, scheduled_by};
use whisper_people::{People, UsersView, contacts_of, shown_to_all};
use whisper_schema::prelude::{Contact, Follow, FollowStatus, Story};
use whisper_store::{Doc, Filter, Get, Query};
use whisper_views::drafts::draft_of;
use whisper_views::folders::folders_of;
use whisper_views::notifications::{notifications_of, unread_notifications};
use whisper_views::stories::{could_see, stories_of};

use crate::audience::User;
use crate::event::{
    BlockChangedView, ContactRequestChangedView, ContactRequestState, ContactsChangedView,
    DraftChangedView, FoldersChangedView, FollowChangedView, NothingMore, NotificationCreatedView,
    NotificationsChangedView, PeopleView, ScheduledMessageChangedView, StoryPlaceView,
    StoryPostedView, StoryReactedView, What, XpEarnedView,
};
use crate::news::News;
use crate::telling::{Round, Told};

/// Listeners that one question names.
const CHUNK: usize = 500;

/// Tells those whom it concerns.
///
/// # Errors
/// The store's.
pub async fn tell(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    match new.kind.as_str() {
        "notification.created" | "notification.added" => notified(round, new, told).await,
        "story.posted" | "story.reacted" | "story.deleted" => story(round, new, told).await,
        "follow.created" | "follow.removed" => followed(round, new, told).await,
        kind if kind.starts_with("contact_request.") => asked(round, new, told).await,
        _ => own(round, new, told).await,
    }
}

async fn people(round: &Round<'_>, viewer: &str, ids: &[&str]) -> Result<UsersView> {
    let people = People::read(round.ctx, viewer, ids.iter().copied()).await?;
    Ok(people.users())
}

async fn notified(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let Some(to) = new.by.as_deref().and_then(|user| round.audience.user(user)) else {
        return Ok(());
    };
    let (found, users) = notifications_of(round.ctx, &to, &[&new.subject]).await?;
    let Some(notification) = found.into_iter().next() else {
        return Ok(());
    };
    let unread = unread_notifications(round.ctx, &to).await?;
    let what = What::NotificationCreated(NotificationCreatedView {
        notification,
        unread_count: unread.count,
        users,
    });
    round.tell_one(new, to, what, told).await
}

async fn story(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let Some(by) = new.by.as_deref() else {
        return Ok(());
    };
    let id = new.text("storyId").unwrap_or(&new.subject);
    match new.kind.as_str() {
        "story.posted" => {
            for to in readers(round, new, by, false).await? {
                let (found, users) = stories_of(round.ctx, &to, &[id]).await?;
                let Some(story) = found.into_iter().next() else {
                    continue;
                };
                let what = What::StoryPosted(StoryPostedView { story, users });
                round.tell_one(new, to, what, told).await?;
            }
        }
        "story.deleted" => {
            // Its row stays until the job removes it.
            let asked = (Get::<Story>::id(id), shown_to_all([by]));
            let (story, author) = round.ctx.read(asked).await?;
            for to in readers(round, new, by, true).await? {
                let could_see = match &story {
                    _ if *to == *by => true,
                    Some(story) => could_see(round.ctx, &to, story.clone()).await?,
                    None => false,
                };
                if !could_see {
                    continue;
                }
                let what = What::StoryDeleted(StoryPlaceView {
                    story_id: id.to_owned(),
                    user_id: by.to_owned(),
                    // A block parts none of those who could see it from its author.
                    users: author.users(),
                });
                round.tell_one(new, to, what, told).await?;
            }
        }
        _ => {
            let author = new.text("authorId").and_then(|to| round.audience.user(to));
            let Some(to) = author.filter(|to| !round.parts(to, by)) else {
                return Ok(());
            };
            let (found, mut users) = stories_of(round.ctx, &to, &[id]).await?;
            let Some(story) = found.into_iter().next() else {
                return Ok(());
            };
            users.users.extend(people(round, &to, &[by]).await?.users);
            let what = What::StoryReacted(StoryReactedView {
                story,
                by_user_id: by.to_owned(),
                users,
            });
            round.tell_one(new, to, what, told).await?;
        }
    }
    Ok(())
}

/// The listeners whose feed has an author's stories, which are the accepted followers and the author, and the ones whom the story mentions;
/// with `contacts` also those who keep the author as a contact, and may have opened the story at the author's page.
async fn readers(
    round: &Round<'_>,
    new: &News,
    author: &str,
    contacts: bool,
) -> Result<BTreeSet<User>> {
    let mut readers: BTreeSet<User> = BTreeSet::new();
    let named = new.texts("mentions").into_iter().chain([author]);
    readers.extend(named.filter_map(|user| round.audience.user(user)));
    let all: Vec<&str> = round.audience.users().map(Rc::as_ref).collect();
    for some in all.chunks(CHUNK) {
        let limit = u32::try_from(some.len()).unwrap_or(whisper_store::MAX_LIMIT);
        let follows = Query::<Follow>::new()
            .filter(Filter::eq(Follow::FOLLOWING_ID, author))
            .filter(Filter::eq(Follow::STATUS, FollowStatus::Accepted))
            .filter(Filter::is_in(Follow::FOLLOWER_ID, some.iter().copied()))
            .limit(limit);
        let keeping = Query::<Contact>::new()
            .filter(Filter::eq(Contact::CONTACT_USER_ID, author))
            .filter(Filter::is_in(Contact::USER_ID, some.iter().copied()))
            .limit(limit);
        let (follows, keeping) = round
            .ctx
            .read((follows, contacts.then_some(keeping)))
            .await?;
        let followers = follows.iter().map(|follow| follow.follower_id.as_str());
        let keeping = keeping.iter().flatten();
        let keeping = keeping.map(|contact| contact.user_id.as_str());
        readers.extend(
            followers
                .chain(keeping)
                .filter_map(|user| round.audience.user(user)),
        );
    }
    Ok(readers)
}

/// The listener with this id, who hears of something between them and another: unless a block parts the two, or it was their own doing.
fn hearer(round: &Round<'_>, new: &News, user: &str, other: &str) -> Option<User> {
    let is_own = new.by.as_deref() == Some(user);
    let to = round.audience.user(user)?;
    (is_own || !round.parts(user, other)).then_some(to)
}

async fn followed(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let (Some(follower), Some(following)) = (new.text("followerId"), new.text("followingId"))
    else {
        return Ok(());
    };
    for (user, other) in [(follower, following), (following, follower)] {
        let Some(to) = hearer(round, new, user, other) else {
            continue;
        };
        let view = FollowChangedView {
            follower_id: follower.to_owned(),
            following_id: following.to_owned(),
            users: people(round, &to, &[follower, following]).await?,
        };
        let what = match new.kind.as_str() {
            "follow.created" => What::FollowCreated(view),
            _ => What::FollowRemoved(view),
        };
        round.tell_one(new, to, what, told).await?;
    }
    Ok(())
}

async fn asked(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let state = match new.kind.as_str() {
        "contact_request.sent" => ContactRequestState::Sent,
        "contact_request.withdrawn" => ContactRequestState::Withdrawn,
        "contact_request.accepted" => ContactRequestState::Accepted,
        "contact_request.declined" => ContactRequestState::Declined,
        _ => return Ok(()),
    };
    let pairs = match (new.text("requesterId"), new.text("recipientId")) {
        (Some(one), Some(other)) => vec![(one, other), (other, one)],
        // The one who asked isn't told of a refusal.
        _ => new
            .by
            .as_deref()
            .zip(new.text("userId"))
            .into_iter()
            .collect(),
    };
    for (user, other) in pairs {
        let Some(to) = hearer(round, new, user, other) else {
            continue;
        };
        let what = What::ContactRequestChanged(ContactRequestChangedView {
            user_id: other.to_owned(),
            state,
            users: people(round, &to, &[other]).await?,
        });
        round.tell_one(new, to, what, told).await?;
    }
    Ok(())
}

async fn block(round: &Round<'_>, new: &News, to: &str) -> Result<What> {
    let other = new.text("userId").unwrap_or_default();
    let people = People::read(round.ctx, to, [other]).await?;
    let summary = people.summary_for_blocker(other);
    Ok(What::BlockChanged(BlockChangedView {
        user_id: other.to_owned(),
        is_blocked: new.kind == "user.blocked",
        users: UsersView {
            users: [(other.to_owned(), summary)].into(),
        },
    }))
}

/// The doings of a user that their other devices hear of.
async fn own(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let Some(to) = new.by.as_deref().and_then(|user| round.audience.user(user)) else {
        return Ok(());
    };
    let (subject, _) = new.kind.split_once('.').unwrap_or_default();
    let place = || new.conversation().unwrap_or_default().to_owned();
    let what = match (subject, new.kind.as_str()) {
        ("contact" | "contacts", _) => {
            let ids = new.users();
            What::ContactsChanged(ContactsChangedView {
                contacts: contacts_of(round.ctx, &to, &ids).await?,
                users: people(round, &to, &ids).await?,
                user_ids: ids.into_iter().map(str::to_owned).collect(),
            })
        }
        (_, "user.blocked" | "user.unblocked") => block(round, new, &to).await?,
        ("draft", _) => What::DraftChanged(DraftChangedView {
            draft: draft_of(round.ctx, &to, &place()).await?,
            conversation_id: place(),
        }),
        ("folder" | "folders", _) => What::FoldersChanged(FoldersChangedView {
            folders: folders_of(round.ctx, &to).await?.items,
        }),
        ("scheduled_message", _) => {
            let id = new.text("scheduledMessageId").unwrap_or_default();
            let scheduled = scheduled_by(round.ctx, &to, id).await?;
            let scheduled = scheduled.map(Doc::into_inner);
            What::ScheduledMessageChanged(ScheduledMessageChangedView {
                scheduled_message: scheduled.map(ScheduledMessageView::from),
                scheduled_message_id: id.to_owned(),
                conversation_id: place(),
            })
        }
        ("profile", _) => What::ProfileChanged(PeopleView {
            users: people(round, &to, &[&to]).await?,
            user_ids: vec![to.to_string()],
        }),
        ("notifications", _) => {
            let unread = unread_notifications(round.ctx, &to).await?;
            What::NotificationsChanged(NotificationsChangedView {
                unread_count: unread.count,
            })
        }
        ("xp", _) => What::XpEarned(XpEarnedView {
            xp: new.number("xp").unwrap_or_default(),
            level: new.number("level").unwrap_or_default(),
            earned: new.number("earned").unwrap_or_default(),
        }),
        ("session" | "sessions", _) => What::SessionsChanged(NothingMore {}),
        _ => return Ok(()),
    };
    round.tell_one(new, to, what, told).await
}
