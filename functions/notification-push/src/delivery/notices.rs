//! Notices: the meaning of events for the users concerned. Without any I/O.

use serde_json::{Map, Value, json};
use whisper_kit::ids::derived_id;
use whisper_messages::ids::mention_id;
use whisper_messages::{is_group, is_voice, message_reaction_notice_id, reaction_id};
use whisper_people::contact_request_id;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    Event, Message, Notification, NotificationKind, NotificationPriority,
};
use whisper_views::notifications::{Subject, metadata};

/// How long a notification is shown, in milliseconds: 90 days.
pub const SHOWN: i64 = 90 * 24 * 3_600_000;
/// How many mentioned users of one message are notified.
const MENTIONED: usize = 100;
/// The longest first line, in characters.
const TITLE: usize = 200;

/// Something that a user is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Id of the notification: follows from its subject, so that neither handling the event again nor
    /// doing the same again makes a second one.
    pub id: String,
    /// The user who is told.
    pub user: String,
    /// The user whose doing it is.
    pub actor: String,
    /// The kind of notification.
    pub kind: NotificationKind,
    /// The actor's doing, in words that follow their name.
    pub did: &'static str,
    /// The address that it leads to.
    pub leads_to: String,
    /// Ids of the things that it is about.
    pub about: Value,
    /// The story that it is about.
    pub story: Option<String>,
    /// The reaction to a message that it is about.
    pub reaction: Option<String>,
    /// The request to be contacts that it is about.
    pub request: Option<String>,
    /// The message that it stands in.
    pub message: Option<String>,
    /// The conversation that the user must be a member of.
    pub conversation: Option<String>,
    /// Whether it is pushed: a mention is pushed as the message that it stands in.
    pub is_pushed: bool,
}

/// The notices of an event; for a message, with that message.
pub fn notices(event: &Event, message: Option<&Message>) -> Vec<Notice> {
    let notices = match event.kind.as_str() {
        "story.reacted" => story_reaction(event).into_iter().collect(),
        "reaction.set" => message_reaction(event).into_iter().collect(),
        "follow.created" => follow(event).into_iter().collect(),
        "contact_request.sent" => contact_request(event).into_iter().collect(),
        "message.sent" => message.map_or_else(Vec::new, mentions),
        "message.edited" => message.map_or_else(Vec::new, |message| new_mentions(event, message)),
        _ => Vec::new(),
    };
    let to_others = notices
        .into_iter()
        .filter(|notice| notice.user != notice.actor);
    to_others.collect()
}

/// Whether a message has to be read for an event: unless it says that the message has no mentions, or no new ones.
pub fn wants_message(event: &Event) -> bool {
    match event.kind.as_str() {
        "message.sent" => payload(event).get("hasMentions") != Some(&Value::Bool(false)),
        "message.edited" => !mentioned_by_edit(event).is_empty(),
        _ => false,
    }
}

/// The users whom an edit mentions and who weren't mentioned before.
fn mentioned_by_edit(event: &Event) -> Vec<String> {
    let mentioned = payload(event).remove("mentioned");
    mentioned
        .and_then(|mentioned| serde_json::from_value(mentioned).ok())
        .unwrap_or_default()
}

/// The notification that another function made, which an event is about: only to be pushed.
pub fn made_elsewhere(event: &Event) -> Option<&str> {
    (event.kind == "notification.created").then_some(event.subject.as_str())
}

/// The details of an event.
pub fn payload(event: &Event) -> Map<String, Value> {
    serde_json::from_str(&event.payload).unwrap_or_default()
}

fn story_reaction(event: &Event) -> Option<Notice> {
    let (payload, actor) = (payload(event), event.user_id.clone()?);
    let user = payload.get("authorId")?.as_str()?.to_owned();
    let story = event.subject.as_str();
    Some(Notice {
        id: derived_id(&Notification::of_story_reaction(story, &actor)),
        kind: NotificationKind::StoryReaction,
        did: "reacted to your story",
        leads_to: format!("/stories/{story}"),
        about: json!({"storyId": story, "userId": actor}),
        story: Some(story.to_owned()),
        reaction: None,
        request: None,
        message: None,
        conversation: None,
        is_pushed: true,
        user,
        actor,
    })
}

/// A reaction to a message: told once for each user who reacts to it, and not where a crowd does.
fn message_reaction(event: &Event) -> Option<Notice> {
    let (payload, actor) = (payload(event), event.user_id.clone()?);
    let id = |key: &str| Some(payload.get(key)?.as_str()?.to_owned());
    let (user, conversation) = (id("authorId")?, id("conversationId")?);
    let message = event.subject.as_str();
    let reaction = reaction_id(message, &actor, &id("reaction")?);
    let notice = Notice {
        id: message_reaction_notice_id(message, &actor),
        kind: NotificationKind::Like,
        did: "reacted to your message",
        leads_to: format!("/conversations/{conversation}"),
        about: json!({"messageId": message, "conversationId": conversation, "userId": actor, "reactionId": reaction}),
        story: None,
        reaction: Some(reaction),
        request: None,
        message: Some(message.to_owned()),
        conversation: Some(conversation),
        is_pushed: true,
        user,
        actor,
    };
    (payload.get("tellsAuthor") == Some(&Value::Bool(true))).then_some(notice)
}

fn follow(event: &Event) -> Option<Notice> {
    let payload = payload(event);
    let id = |key: &str| Some(payload.get(key)?.as_str()?.to_owned());
    let (actor, user) = (id("followerId")?, id("followingId")?);
    Some(Notice {
        id: derived_id(&["notification", "follow", &actor, &user]),
        kind: NotificationKind::Follow,
        did: "follows you",
        leads_to: format!("/users/{actor}"),
        about: json!({"userId": actor}),
        story: None,
        reaction: None,
        request: None,
        message: None,
        conversation: None,
        is_pushed: true,
        user,
        actor,
    })
}

/// A request to be contacts. There is no kind of notification of its own for it.
fn contact_request(event: &Event) -> Option<Notice> {
    let payload = payload(event);
    let id = |key: &str| Some(payload.get(key)?.as_str()?.to_owned());
    let (actor, user) = (id("requesterId")?, id("recipientId")?);
    let request = contact_request_id(&actor, &user);
    Some(Notice {
        id: derived_id(&["notification", "contact_request", &actor, &user]),
        kind: NotificationKind::System,
        did: "wants to be your contact",
        leads_to: format!("/users/{actor}"),
        about: json!({"userId": actor, "contactRequestId": request}),
        story: None,
        reaction: None,
        request: Some(request),
        message: None,
        conversation: None,
        is_pushed: true,
        user,
        actor,
    })
}

fn mentions(message: &Message) -> Vec<Notice> {
    let (id, conversation) = (message.id.as_str(), message.conversation_id.as_str());
    let notice = |user: &String| Notice {
        id: mention_id(id, user),
        user: user.clone(),
        actor: message.sender_id.clone(),
        kind: NotificationKind::Mention,
        did: "mentioned you",
        leads_to: format!("/conversations/{conversation}"),
        about: match is_voice(message) {
            true => json!({"messageId": id, "conversationId": conversation}),
            false => {
                json!({"messageId": id, "conversationId": conversation, "userId": message.sender_id})
            }
        },
        story: None,
        reaction: None,
        request: None,
        message: Some(id.to_owned()),
        conversation: Some(conversation.to_owned()),
        is_pushed: false,
    };
    message
        .mentions
        .iter()
        // A group has no inbox: its members find the message in their mentions.
        .filter(|mention| !is_group(mention))
        .take(MENTIONED)
        .map(notice)
        .collect()
}

/// An edit is pushed only to the users whom it mentions anew, if the message still does.
fn new_mentions(event: &Event, message: &Message) -> Vec<Notice> {
    let mentioned = mentioned_by_edit(event);
    let notices = mentions(message).into_iter();
    let notices = notices.filter(|notice| mentioned.contains(&notice.user));
    notices
        .map(|notice| Notice {
            is_pushed: true,
            ..notice
        })
        .collect()
}

impl Notice {
    /// The channel that did it, where it names no author.
    pub fn channel(&self) -> Option<&str> {
        let channel = self.conversation.as_deref();
        channel.filter(|channel| *channel == self.actor)
    }

    /// The subject that decides whether it may be told.
    pub fn subject(&self) -> Subject {
        Subject {
            user: self.user.clone(),
            actor: Some(self.actor.clone()),
            message: self.message.clone(),
            conversation: self.conversation.clone(),
            story: self.story.clone(),
            reaction: self.reaction.clone(),
            request: self.request.clone(),
            is_follow: self.kind == NotificationKind::Follow,
        }
    }

    /// How much it matters.
    pub fn priority(&self) -> NotificationPriority {
        match self.kind {
            NotificationKind::Mention => NotificationPriority::High,
            _ => NotificationPriority::Normal,
        }
    }

    /// The notification, with the name by which the actor goes.
    pub fn notification(&self, name: &str, now: Timestamp) -> Notification {
        let title = format!("{name} {}", self.did);
        Notification {
            id: self.id.clone(),
            user_id: self.user.clone(),
            kind: self.kind,
            title: title.chars().take(TITLE).collect(),
            action_url: Some(self.leads_to.clone()),
            metadata: Some(self.about.to_string()),
            priority: self.priority(),
            expires_at: Some(now.plus(SHOWN)),
            created_at: Some(Timestamp::AT_COMMIT),
            ..Notification::default()
        }
    }
}

/// The payload of a push about a notification: ids and the kind, never the words.
pub fn told(notification: &Notification) -> Value {
    let mut payload = json!({"type": notification.kind, "notificationId": notification.id});
    for (key, value) in metadata(notification) {
        // Others write anything there; only ids go to a device.
        let is_id = value.as_str().is_some_and(whisper_kit::ids::is_id);
        if is_id && key.ends_with("Id") && payload.get(&key).is_none() {
            payload[key] = value;
        }
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, subject: &str, user: &str, payload: Value) -> Event {
        Event {
            kind: kind.into(),
            subject: subject.into(),
            user_id: Some(user.into()),
            payload: payload.to_string(),
            ..Event::default()
        }
    }

    #[test]
    fn a_reaction_is_told_the_author_once_and_nobody_their_own() {
        let of = |user| {
            event(
                "story.reacted",
                "s1",
                user,
                json!({"storyId": "s1", "authorId": "ann"}),
            )
        };
        let notice = &notices(&of("bob"), None)[0];
        assert_eq!(
            (notice.user.as_str(), notice.actor.as_str()),
            ("ann", "bob")
        );
        assert_eq!(notice.id, notices(&of("bob"), None)[0].id);
        assert_ne!(notice.id, notices(&of("cid"), None)[0].id);
        assert_eq!(notices(&of("ann"), None), []);
    }

    #[test]
    fn the_author_is_told_of_a_reaction_but_not_of_a_crowds() {
        let of = |tells| {
            let payload = json!({"conversationId": "c1", "messageId": "m1", "authorId": "ann", "reaction": "👍", "tellsAuthor": tells});
            event("reaction.set", "m1", "bob", payload)
        };
        let notice = &notices(&of(true), None)[0];
        assert_eq!(
            (notice.user.as_str(), notice.actor.as_str()),
            ("ann", "bob")
        );
        assert_eq!(notice.reaction, Some(reaction_id("m1", "bob", "👍")));
        assert_eq!(notices(&of(false), None), []);
    }

    #[test]
    fn whoever_is_mentioned_is_told_but_the_sender() {
        let message = Message {
            id: "m1".into(),
            conversation_id: "c1".into(),
            sender_id: "ann".into(),
            mentions: vec!["bob".into(), "ann".into(), "cid".into()],
            ..Message::default()
        };
        let sent = event("message.sent", "m1", "ann", json!({}));
        let users: Vec<String> = notices(&sent, Some(&message))
            .into_iter()
            .map(|n| n.user)
            .collect();
        assert_eq!(users, ["bob", "cid"]);
        assert_eq!(notices(&sent, None), [], "the message is gone");
    }

    #[test]
    fn an_edit_is_told_and_pushed_to_those_whom_it_mentions_anew() {
        let message = Message {
            id: "m1".into(),
            sender_id: "ann".into(),
            mentions: vec!["bob".into(), "cid".into()],
            ..Message::default()
        };
        let edited = |mentioned| event("message.edited", "m1", "ann", mentioned);
        let anew = edited(json!({"mentioned": ["cid", "dan"]}));
        let notices = notices(&anew, Some(&message));
        let told = |n: &Notice| (n.user.clone(), n.is_pushed);
        let told: Vec<_> = notices.iter().map(told).collect();
        assert_eq!(told, [("cid".to_owned(), true)], "dan is mentioned no more");
        assert!(wants_message(&anew));
        assert!(!wants_message(&edited(json!({"mentioned": []}))));
        assert!(!wants_message(&edited(json!({"mentioned": "cid"}))));
    }

    #[test]
    fn a_message_is_read_for_its_mentions() {
        let sent = |payload| wants_message(&event("message.sent", "m1", "ann", payload));
        assert!(sent(json!({"hasMentions": true})));
        assert!(sent(json!({})), "an event that doesn't say");
        assert!(!sent(json!({"hasMentions": false})));
        assert!(!wants_message(&event(
            "follow.created",
            "x",
            "ann",
            json!({})
        )));
    }

    #[test]
    fn what_nobody_understands_is_nothing() {
        for odd in [
            event("story.reacted", "s1", "bob", json!({})),
            event("follow.created", "ann", "bob", json!([])),
            event("follow.created", "ann", "bob", json!({"followerId": 1})),
            event("what.ever", "x", "bob", json!({})),
        ] {
            assert_eq!(notices(&odd, None), [], "{odd:?}");
        }
    }

    #[test]
    fn devices_are_told_ids_and_never_words() {
        let notification = Notification {
            id: "n1".into(),
            kind: NotificationKind::System,
            title: "Level 7".into(),
            body: Some("secret".into()),
            metadata: Some(
                json!({"badgeId": "b1", "words": "secret", "type": "x", "oddId": "not an id"})
                    .to_string(),
            ),
            ..Notification::default()
        };
        assert_eq!(
            told(&notification),
            json!({"type": "system", "notificationId": "n1", "badgeId": "b1"})
        );
    }
}
