//! The details of a conversation that members may change, and how two who change it at once learn of each other.

use serde_json::Value;
use whisper_kit::error::{Error, FieldError, Result};
use whisper_kit::precondition::edit_number;
use whisper_schema::body::forms::WEB_URL;
use whisper_schema::body::{Change, Changes};
use whisper_schema::prelude::{Column, Conversation, ConversationKind, ConversationSettings};
use whisper_schema::{Body, Rule};
use whisper_store::Filter;

use crate::draft::{NOT_OF_LISTS, OF_GROUPS, settings_of_groups};

/// A change of a conversation's details; null takes a value away.
#[derive(Clone, Debug, Body)]
#[body(changes = Conversation, example = r#"{"name": "Chess", "description": null, "settings": {"slowModeSeconds": 30}}"#)]
pub struct ConversationChange {
    /// Title of a group, 1 to 100 characters; can't be taken away.
    pub name: Option<String>,
    /// Description of a group, at most 500 characters.
    pub description: Change<String>,
    /// Where a group's picture is served.
    #[field(is = WEB_URL)]
    pub avatar_url: Change<String>,
    /// File of a group's picture: the caller's own, whole, in the bucket `avatars`. It goes with the group.
    pub avatar_file_id: Change<String>,
    /// Settings: the ones that are named change, and null sets all of them as they were at first. A direct conversation has
    /// `messageTimerSeconds` and `custom` alone.
    #[field(apart)]
    pub settings: Change<ConversationSettings>,
}

/// Columns with their values.
type Changed = Vec<(Column<Conversation>, Value)>;

const COLUMNS: [Column<Conversation>; 5] = [
    Conversation::NAME,
    Conversation::DESCRIPTION,
    Conversation::AVATAR_URL,
    Conversation::AVATAR_FILE_ID,
    Conversation::SETTINGS,
];

/// The values behind [`COLUMNS`], in their order.
fn values(of: &Conversation) -> [&Option<String>; 5] {
    [
        &of.name,
        &of.description,
        &of.avatar_url,
        &of.avatar_file_id,
        &of.settings,
    ]
}

/// Stands for these details in the ETag.
///
/// The row's revision would not do: every message changes the row, and an editor of a busy group's
/// name would never find it unchanged.
pub fn fingerprint(of: &Conversation) -> i64 {
    let texts: Vec<String> = values(of)
        .iter()
        .map(|v| v.as_ref().map_or("-".to_owned(), |text| format!("+{text}")))
        .collect();
    let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
    edit_number(&parts)
}

/// Holds while the details are those of `of`.
pub fn unchanged(of: &Conversation) -> Filter<Conversation> {
    Filter::and(
        COLUMNS
            .iter()
            .zip(values(of))
            .map(|(column, value)| match value {
                Some(text) => Filter::eq(*column, text.as_str()),
                None => Filter::is_null(*column),
            }),
    )
}

impl ConversationChange {
    /// Applies it to a conversation; gives the columns that differ now, with their values.
    ///
    /// # Errors
    /// `validation_failed` with the fields that this kind of conversation doesn't have.
    pub fn apply_to(self, conversation: &mut Conversation) -> Result<Changed> {
        let wrong = match conversation.kind {
            ConversationKind::Direct => self.wrong_with_direct(),
            ConversationKind::Broadcast => self.wrong_with_list(),
            kind => self.unfit_for(kind),
        };
        if !wrong.is_empty() {
            return Err(Error::fields(wrong));
        }
        let settings = match &self.settings {
            Change::Keep => conversation.settings.clone(),
            Change::Clear => None,
            Change::Set(change) => conversation.own_settings().with(change).to_text(),
        };
        let mut changed = self.apply(conversation);
        if conversation.settings != settings {
            changed.push((Conversation::SETTINGS, settings.clone().into()));
            conversation.settings = settings;
        }
        Ok(changed)
    }

    /// Whether it names details: everything but the settings.
    pub fn has_details(&self) -> bool {
        self.details().iter().any(|(_, given)| *given)
    }

    /// Whether it names settings other than how long messages stay.
    pub fn has_settings(&self) -> bool {
        match &self.settings {
            Change::Keep => false,
            Change::Clear => true,
            Change::Set(settings) => {
                let timer = ConversationSettings {
                    message_timer_seconds: settings.message_timer_seconds,
                    ..ConversationSettings::default()
                };
                *settings != timer || settings.message_timer_seconds.is_none()
            }
        }
    }

    /// Whether it sets how long messages stay.
    pub fn has_timer(&self, conversation: &Conversation) -> bool {
        match &self.settings {
            Change::Keep => false,
            Change::Clear => conversation.own_settings().message_timer() != 0,
            Change::Set(settings) => settings.message_timer_seconds.is_some(),
        }
    }

    /// The details, and whether it names them.
    fn details(&self) -> [(&'static str, bool); 4] {
        [
            ("name", self.name.is_some()),
            ("description", self.description != Change::Keep),
            ("avatarUrl", self.avatar_url != Change::Keep),
            ("avatarFileId", self.avatar_file_id != Change::Keep),
        ]
    }

    fn wrong_with_list(&self) -> Vec<FieldError> {
        let settings = match &self.settings {
            Change::Set(settings) => settings_of_groups(settings),
            Change::Keep | Change::Clear => Vec::new(),
        };
        let refused = |field| FieldError::new(field, Rule::Unknown, NOT_OF_LISTS);
        settings.into_iter().map(refused).collect()
    }

    fn unfit_for(&self, kind: ConversationKind) -> Vec<FieldError> {
        let unfit = match &self.settings {
            Change::Set(settings) => settings.unfit_for(kind),
            Change::Keep | Change::Clear => Vec::new(),
        };
        let refused = |(name, why)| FieldError::new(format!("settings.{name}"), Rule::Enum, why);
        unfit.into_iter().map(refused).collect()
    }

    fn wrong_with_direct(&self) -> Vec<FieldError> {
        let details = self.details().into_iter().filter(|(_, given)| *given);
        let details = details.map(|(field, _)| field.to_owned());
        let settings = match &self.settings {
            Change::Set(settings) => settings_of_groups(settings),
            Change::Keep | Change::Clear => Vec::new(),
        };
        let refused = |field| FieldError::new(field, Rule::Unknown, OF_GROUPS);
        details.chain(settings).map(refused).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use whisper_schema::body;

    fn group() -> Conversation {
        Conversation {
            kind: ConversationKind::Group,
            name: Some("Old".into()),
            description: Some("About".into()),
            ..Conversation::default()
        }
    }

    /// The keys of the changed columns, or of the faulty fields.
    fn changed(
        of: &mut Conversation,
        body: Value,
    ) -> std::result::Result<Vec<String>, Vec<String>> {
        let change = body::read::<ConversationChange>(body.as_object().unwrap())
            .map_err(|wrong| wrong.into_iter().map(|w| w.field).collect::<Vec<_>>())?;
        match change.apply_to(of) {
            Ok(columns) => Ok(columns.iter().map(|(c, _)| c.key().to_owned()).collect()),
            Err(error) => Err(error
                .field_errors()
                .iter()
                .map(|e| e.field.clone())
                .collect()),
        }
    }

    #[test]
    fn a_change_is_applied_and_null_takes_away() {
        let mut of = group();
        let body = json!({"name": "New", "description": null, "settings": {"history": "joined"}});
        let columns = ["name", "description", "settings"].map(str::to_owned);
        assert_eq!(changed(&mut of, body), Ok(columns.into()));
        assert_eq!(of.name.as_deref(), Some("New"));
        assert_eq!(of.description, None);
        assert_eq!(of.settings.as_deref(), Some(r#"{"history":"joined"}"#));
        let more = json!({"settings": {"slowModeSeconds": 9}});
        assert_eq!(changed(&mut of, more.clone()), Ok(vec!["settings".into()]));
        assert_eq!(changed(&mut of, more), Ok(Vec::new()), "the same again");
        assert_eq!(
            of.settings.as_deref(),
            Some(r#"{"history":"joined","slowModeSeconds":9}"#)
        );
        let none = json!({"settings": null});
        assert_eq!(changed(&mut of, none), Ok(vec!["settings".into()]));
        assert_eq!(of.settings, None);
        assert_eq!(changed(&mut of, json!({})), Ok(Vec::new()));
        assert_eq!(changed(&mut of, json!({"name": "New"})), Ok(Vec::new()));
    }

    #[test]
    fn what_is_refused_and_where() {
        for (body, wanted) in [
            (
                json!({"avatarUrl": "ftp://example.com/x.png"}),
                vec!["avatarUrl"],
            ),
            (json!({"name": null}), vec!["name"]),
            (json!({"name": ""}), vec!["name"]),
            (
                json!({"participantCount": 5, "type": "direct"}),
                vec!["participantCount", "type"],
            ),
            (
                json!({"avatarUrl": "x", "description": 1}),
                vec!["description", "avatarUrl"],
            ),
        ] {
            let wanted = wanted.iter().map(|f| (*f).to_owned()).collect();
            assert_eq!(changed(&mut group(), body.clone()), Err(wanted), "{body}");
        }
        let mut direct = Conversation {
            kind: ConversationKind::Direct,
            ..Conversation::default()
        };
        assert_eq!(
            changed(&mut direct, json!({"settings": {"custom": {}}})),
            Ok(vec!["settings".into()])
        );
        assert_eq!(
            changed(
                &mut direct,
                json!({"settings": {"messageTimerSeconds": 60}})
            ),
            Ok(vec!["settings".into()])
        );
        let refused = changed(&mut direct, json!({"name": "x", "avatarUrl": null}));
        assert_eq!(refused, Err(vec!["name".into(), "avatarUrl".into()]));
        let refused = changed(
            &mut direct,
            json!({"settings": {"history": "all", "custom": {}}}),
        );
        assert_eq!(refused, Err(vec!["settings.history".into()]));
    }

    #[test]
    fn the_timer_is_a_setting_of_its_own() {
        let timed = Conversation {
            settings: Some(r#"{"messageTimerSeconds":60}"#.into()),
            ..group()
        };
        for (body, of, wanted) in [
            (json!({}), &timed, (false, false)),
            (json!({"settings": {}}), &timed, (true, false)),
            (
                json!({"settings": {"messageTimerSeconds": 0}}),
                &timed,
                (false, true),
            ),
            (
                json!({"settings": {"messageTimerSeconds": 5, "history": "all"}}),
                &timed,
                (true, true),
            ),
            (json!({"settings": {"custom": {}}}), &timed, (true, false)),
            (json!({"settings": null}), &timed, (true, true)),
            (json!({"settings": null}), &group(), (true, false)),
        ] {
            let change = body::read::<ConversationChange>(body.as_object().unwrap()).unwrap();
            let found = (change.has_settings(), change.has_timer(of));
            assert_eq!(found, wanted, "{body}");
        }
    }

    #[test]
    fn the_fingerprint_follows_the_details_alone() {
        let of = group();
        let talked = Conversation {
            last_message_text: Some("hi".into()),
            participant_count: 9,
            ..of.clone()
        };
        assert_eq!(fingerprint(&of), fingerprint(&talked));
        let renamed = Conversation {
            name: Some("New".into()),
            ..of.clone()
        };
        let moved = Conversation {
            name: None,
            description: Some("Old".into()),
            ..of.clone()
        };
        let bare = Conversation {
            name: Some(String::new()),
            ..of.clone()
        };
        let none = Conversation {
            name: None,
            ..of.clone()
        };
        let all = [&of, &renamed, &moved, &bare, &none].map(fingerprint);
        let distinct: std::collections::BTreeSet<i64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(distinct.iter().all(|f| *f >= 0));
    }
}
