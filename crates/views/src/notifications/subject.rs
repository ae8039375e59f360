//! Subjects of notifications and pushes, and the rule whether one may be told its user now, which pushes, inboxes and counts
//! go by.
//!
//! It is asked when something is made and again whenever its turn comes: a block, a deletion, an end, reading or
//! leaving may have come in between.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use whisper_messages::ids::mark_id;
use whisper_people::ids::member_id;
use whisper_people::{Reach, Reaching, by_ids, following, reach};
use whisper_schema::prelude::{
    ContactRequest, ContactRequestStatus, ConversationMember, Follow, FollowStatus, Message,
    MessageMark, MessageMarkKind, MessageReaction, Notification, NotificationKind, Story,
    StoryReaction,
};
use whisper_schema::{Ephemeral, Timestamp};
use whisper_store::{Answers, Doc, Filter, Query, Questions, ReadSet, StoreError};

/// A piece of news for one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The user who is told.
    pub user: String,
    /// The user whose doing it is; none if the server tells it.
    pub actor: Option<String>,
    /// The message that it stands in.
    pub message: Option<String>,
    /// The conversation whose member the user must be.
    pub conversation: Option<String>,
    /// The story that the actor reacted to.
    pub story: Option<String>,
    /// The actor's reaction to the message, if it is that.
    pub reaction: Option<String>,
    /// The actor's request to be contacts, if it is that.
    pub request: Option<String>,
    /// Whether it is that the actor follows the user.
    pub is_follow: bool,
}

impl Subject {
    /// The subject of a notification, by the ids that its metadata have.
    pub fn of(notification: &Notification) -> Self {
        let ids = metadata(notification);
        let id = |key: &str| ids.get(key).and_then(Value::as_str).map(str::to_owned);
        let reacted = notification.kind == NotificationKind::StoryReaction;
        Self {
            user: notification.user_id.clone(),
            actor: actor(notification),
            message: id("messageId"),
            conversation: id("conversationId"),
            story: id("storyId").filter(|_| reacted),
            reaction: id("reactionId").filter(|_| notification.kind == NotificationKind::Like),
            request: id("contactRequestId")
                .filter(|_| notification.kind == NotificationKind::System),
            is_follow: notification.kind == NotificationKind::Follow,
        }
    }

    /// A message, for one of its recipients.
    pub fn message(message: &Message, user: &str) -> Self {
        Self {
            user: user.to_owned(),
            actor: Some(message.sender_id.clone()),
            message: Some(message.id.clone()),
            conversation: Some(message.conversation_id.clone()),
            ..Self::default()
        }
    }

    /// The user whose account counts beside that of the one who is told.
    fn sender(&self) -> &str {
        self.actor.as_deref().unwrap_or(&self.user)
    }

    /// The id of the user's mark by which they deleted the message for themselves.
    fn deletion(&self) -> Option<String> {
        let message = self.message.as_deref()?;
        Some(mark_id(MessageMarkKind::Deleted, &self.user, message))
    }

    fn membership(&self) -> Option<String> {
        let conversation = self.conversation.as_deref()?;
        Some(member_id(conversation, &self.user))
    }
}

/// Ids of the things that a notification is about.
pub fn metadata(notification: &Notification) -> Map<String, Value> {
    let text = notification.metadata.as_deref();
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// The user whose doing a notification tells of: the id that its metadata have as `userId`.
pub fn actor(notification: &Notification) -> Option<String> {
    let ids = metadata(notification);
    ids.get("userId")?.as_str().map(str::to_owned)
}

/// Asks for the facts that decide whether these may be told now; gives [`Standing`]. Without any it asks nothing.
pub fn standing(subjects: &[Subject], now: Timestamp) -> Asking {
    let memberships: Vec<String> = subjects.iter().filter_map(Subject::membership).collect();
    let deletions: Vec<String> = subjects.iter().filter_map(Subject::deletion).collect();
    let stories = subjects.iter().filter_map(|s| s.story.as_deref());
    let pairs = subjects.iter().map(|s| (s.sender(), s.user.as_str()));
    let mut reacted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut follows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for subject in subjects {
        if let Some(story) = subject.story.as_deref() {
            reacted.entry(story).or_default().insert(subject.sender());
        }
        if subject.is_follow {
            let followers = follows.entry(&subject.user).or_default();
            followers.insert(subject.sender());
        }
    }
    Asking {
        now,
        questions: (
            reach(pairs),
            by_ids(subjects.iter().filter_map(|s| s.message.as_deref())),
            by_ids(memberships.iter().map(String::as_str)),
            by_ids(deletions.iter().map(String::as_str)),
            by_ids(stories),
            of_pairs(&reacted, |story, users| {
                Filter::and([
                    Filter::eq(StoryReaction::STORY_ID, story),
                    Filter::is_in(StoryReaction::USER_ID, users.iter().copied()),
                ])
            }),
            of_pairs(&follows, |user, followers| {
                let accepted = Filter::eq(Follow::STATUS, FollowStatus::Accepted);
                let of = |follower: &&str| following(follower, user);
                Filter::and([accepted, Filter::or(followers.iter().map(of))])
            }),
            (
                by_ids(subjects.iter().filter_map(|s| s.reaction.as_deref())),
                by_ids(subjects.iter().filter_map(|s| s.request.as_deref())),
            ),
        ),
    }
}

/// A question for each key, with at most one document for each of its values.
fn of_pairs<D: whisper_schema::Document>(
    pairs: &BTreeMap<&str, BTreeSet<&str>>,
    filter: impl Fn(&str, &[&str]) -> Filter<D>,
) -> Vec<Query<D>> {
    let mut questions = Vec::new();
    for (key, values) in pairs {
        let values: Vec<&str> = values.iter().copied().collect();
        for some in values.chunks(100) {
            questions.push(Query::new().filter(filter(key, some)).limit(100));
        }
    }
    questions
}

/// See [`standing`].
pub struct Asking {
    now: Timestamp,
    questions: Asked,
}

type Asked = (
    Reaching,
    Vec<Query<Message>>,
    Vec<Query<ConversationMember>>,
    Vec<Query<MessageMark>>,
    Vec<Query<Story>>,
    Vec<Query<StoryReaction>>,
    Vec<Query<Follow>>,
    (Vec<Query<MessageReaction>>, Vec<Query<ContactRequest>>),
);

impl ReadSet for Asking {
    type Output = Standing;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Standing, StoreError> {
        let (reach, messages, members, deletions, stories, reactions, follows, others) =
            self.questions.take(answers)?;
        let (to_messages, requests) = others;
        let now = self.now;
        let messages = messages.into_iter().flatten();
        let members = members.into_iter().flatten().map(Doc::into_inner);
        let deletions = deletions.into_iter().flatten();
        let stories = stories.into_iter().flatten();
        let stories = stories.filter(|story| story.stands(now));
        let reactions = reactions.into_iter().flatten().map(Doc::into_inner);
        let follows = follows.into_iter().flatten().map(Doc::into_inner);
        Ok(Standing {
            now,
            reach,
            messages: messages.map(|m| (m.id.clone(), m)).collect(),
            members: members.map(|m| (m.id.clone(), m)).collect(),
            deletions: deletions.map(|mark| mark.into_inner().id).collect(),
            stories: stories.map(|story| story.into_inner().id).collect(),
            reactions: reactions.map(|r| (r.story_id, r.user_id)).collect(),
            follows: follows.map(|f| (f.follower_id, f.following_id)).collect(),
            to_messages: to_messages
                .into_iter()
                .flatten()
                .map(|reaction| reaction.into_inner().id)
                .collect(),
            requests: requests
                .into_iter()
                .flatten()
                .filter(|request| request.status == ContactRequestStatus::Pending)
                .filter(|request| request.lasts(now))
                .map(|request| (request.id.clone(), request.into_inner().requester_id))
                .collect(),
        })
    }
}

/// The facts that decide whether subjects may be told.
#[derive(Default)]
pub struct Standing {
    now: Timestamp,
    reach: Reach,
    messages: BTreeMap<String, Doc<Message>>,
    members: BTreeMap<String, ConversationMember>,
    /// The marks of users who deleted a message for themselves.
    deletions: BTreeSet<String>,
    stories: BTreeSet<String>,
    reactions: BTreeSet<(String, String)>,
    follows: BTreeSet<(String, String)>,
    /// Reactions to messages.
    to_messages: BTreeSet<String>,
    /// Requests to be contacts that wait for an answer, with who asked.
    requests: BTreeSet<(String, String)>,
}

impl Standing {
    /// Whether it may stand in the user's inbox: actor and user reach each other, and where it stands in a message, that
    /// message may be told the user.
    pub fn may_show(&self, subject: &Subject) -> bool {
        if !self.reach.allows(subject.sender(), &subject.user) {
            return false;
        }
        let member = subject.membership().map(|id| self.members.get(&id));
        match (&subject.message, member) {
            (None, None) => true,
            (None, Some(member)) => {
                member.is_some_and(|m| self.reach.allows_member(subject.sender(), m))
            }
            (Some(id), Some(Some(member))) => {
                let is_deleted = subject
                    .deletion()
                    .is_some_and(|d| self.deletions.contains(&d));
                let message = self.messages.get(id).filter(|_| !is_deleted);
                message.is_some_and(|m| self.reach.may_tell(m, member, self.now))
            }
            (Some(_), _) => false,
        }
    }

    /// Whether a device may ring for it: it may be shown, its subject still stands, and the user doesn't know
    /// of it already. The user's wishes besides are their own setting.
    pub fn may_ring(&self, subject: &Subject) -> bool {
        self.may_show(subject)
            && self.message_rings(subject)
            && subject.story.as_ref().is_none_or(|story| {
                let reaction = (story.clone(), subject.sender().to_owned());
                self.stories.contains(story) && self.reactions.contains(&reaction)
            })
            && subject.request.as_ref().is_none_or(|request| {
                let waits = (request.clone(), subject.sender().to_owned());
                self.requests.contains(&waits)
            })
            && (!subject.is_follow || {
                let follow = (subject.sender().to_owned(), subject.user.clone());
                self.follows.contains(&follow)
            })
    }

    fn message_rings(&self, subject: &Subject) -> bool {
        let Some(membership) = subject.membership() else {
            return true;
        };
        let Some(member) = self.members.get(&membership) else {
            return false;
        };
        if let Some(reaction) = &subject.reaction {
            return !member.is_muted_at(self.now) && self.to_messages.contains(reaction);
        }
        match &subject.message {
            None => !member.is_muted_at(self.now),
            Some(id) => {
                let message = self.messages.get(id);
                message.is_some_and(|m| self.reach.may_ring(m, member, self.now))
            }
        }
    }
}
