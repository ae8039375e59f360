//! How the parts of a message go together: which kind needs words, references or media, and which refuses media.

use whisper_messages::Words;
use whisper_schema::Rule;
use whisper_schema::body::Fields;
use whisper_schema::main_db::MessageContentType as Kind;

use crate::draft::{SendMessage, text_of};

/// Characters of the metadata as JSON text, the poll's id that the server adds included.
const METADATA_TEXT: usize = 10_000 - 64;

impl SendMessage {
    /// Checks how its parts go together.
    pub(crate) fn check(&self, fields: &mut Fields<'_, '_>) {
        check_media(self, fields);
        check_words(self, fields);
        check_link_preview(self, fields);
        check_media_type(self, fields);
        if text_of(&self.metadata()).chars().count() > METADATA_TEXT {
            let message = format!("must have at most {METADATA_TEXT} characters as JSON");
            fields.refuse("metadata", Rule::Size, message);
        }
    }
}

/// Checks the words and references that a kind of message needs.
fn check_words(message: &SendMessage, fields: &mut Fields<'_, '_>) {
    let words = Words {
        kind: message.details.kind(),
        content: &message.content,
        has_links: !message.links.is_empty(),
        has_media: message.has_media(),
    };
    if let Some(fault) = words.fault()
        && fields.is_clean(&fault.field)
    {
        fields.refuse(&fault.field, fault.rule, fault.detail);
    }
    let is_reply = message.details.kind() == Kind::Reply;
    if is_reply && message.reply_to_message_id.is_none() && fields.is_clean("replyToMessageId") {
        fields.refuse(
            "replyToMessageId",
            Rule::Required,
            "is required for a reply",
        );
    }
    check_origin(message, fields);
}

/// A preview is one of a link that the message has.
fn check_link_preview(message: &SendMessage, fields: &mut Fields<'_, '_>) {
    let preview = message.details.link_preview();
    if let Some(fault) = preview.and_then(|preview| preview.fault(&message.links))
        // Links that were refused can't be told from others.
        && fields.is_clean("links")
    {
        fields.refuse(&fault.field, fault.rule, fault.detail);
    }
}

/// A copy names both the message and its conversation.
fn check_origin(message: &SendMessage, fields: &mut Fields<'_, '_>) {
    let keys = ["forwardedFromMessageId", "forwardedFromConversationId"];
    let is_forward = message.details.kind() == Kind::Forward;
    if !is_forward && !keys.iter().any(|key| fields.has(key)) {
        return;
    }
    for key in keys {
        if !fields.has(key) {
            let message = match is_forward {
                true => "is required for a forwarded message",
                false => "is required beside the other forwardedFrom field",
            };
            fields.refuse(key, Rule::Required, message);
        }
    }
}

fn check_media_type(message: &SendMessage, fields: &mut Fields<'_, '_>) {
    if let Some((text, types)) = message.details.media_type()
        && !types
            .iter()
            .any(|kind| text.split('/').next() == Some(kind))
    {
        let message = format!("must be a media type of {}", types.join(" or "));
        fields.refuse("metadata.mimeType", Rule::Format, message);
    }
}

/// Whether a kind of message needs media, may have them, or refuses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Needed,
    Possible,
    Refused,
}

fn media_of(kind: Kind) -> Media {
    match kind {
        Kind::Image | Kind::Video | Kind::Audio | Kind::Gif | Kind::Voice | Kind::File => {
            Media::Needed
        }
        Kind::Sticker | Kind::Location | Kind::Nft | Kind::TokenGift | Kind::Link => {
            Media::Possible
        }
        Kind::Forward | Kind::StoryReply | Kind::Game => Media::Possible,
        Kind::Text | Kind::Reply | Kind::Contact | Kind::Poll | Kind::CryptoTx => Media::Refused,
    }
}

fn check_media(message: &SendMessage, fields: &mut Fields<'_, '_>) {
    match media_of(message.details.kind()) {
        // A list that was refused already would be reported twice.
        Media::Needed
            if !message.has_media()
                && fields.is_clean("mediaUrls")
                && fields.is_clean("mediaFileIds") =>
        {
            let message =
                "is required for this kind of message, unless mediaFileIds has an element";
            fields.refuse("mediaUrls", Rule::Required, message);
        }
        Media::Refused => {
            let given = [
                ("mediaUrls", !message.media_urls.is_empty()),
                ("mediaFileIds", !message.media_file_ids.is_empty()),
                ("thumbnailUrl", message.thumbnail_url.is_some()),
                ("thumbnailFileId", message.thumbnail_file_id.is_some()),
            ];
            for (field, _) in given.into_iter().filter(|(_, given)| *given) {
                let message = "does not belong to this kind of message";
                fields.refuse(field, Rule::Unknown, message);
            }
        }
        Media::Needed | Media::Possible => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::testing::{read, refused, taken, with, wrong};

    #[test]
    fn text() {
        let base = json!({"content": "Hello"});
        taken(
            &base,
            &[
                json!({"contentType": "text"}),
                json!({"content": "é".repeat(10_000)}),
                json!({"content": " x "}),
                json!({"metadata": {}}),
                json!({"links": ["https://a.example"], "mentions": ["u1", "u2"], "replyToMessageId": "m1"}),
                json!({"expiresAt": "2026-01-01T00:00:00+02:00"}),
            ],
        );
        wrong(
            &base,
            &[
                ("content", json!(null), ":required"),
                ("content", json!(""), ":required"),
                ("content", json!(" \n\t"), ":required"),
                ("content", json!("é".repeat(10_001)), ":size"),
                ("content", json!("a\0b"), ":format"),
                ("content", json!(5), ":type"),
                ("mediaUrls", json!(["https://a.example/x.png"]), ":unknown"),
                ("thumbnailUrl", json!("https://a.example/x.png"), ":unknown"),
                ("metadata.latitude", json!(1), ":unknown"),
            ],
        );
        refused(
            &base,
            &[(
                json!({"mediaFileIds": ["f"], "thumbnailFileId": "t"}),
                &["mediaFileIds:unknown", "thumbnailFileId:unknown"],
            )],
        );
    }

    #[test]
    fn reply() {
        let base = json!({"contentType": "reply", "content": "Yes", "replyToMessageId": "m1"});
        taken(&base, &[]);
        wrong(
            &base,
            &[
                ("replyToMessageId", json!(null), ":required"),
                ("replyToMessageId", json!("a b"), ":format"),
                ("replyToMessageId", json!(1), ":type"),
                ("content", json!(null), ":required"),
                ("metadata.storyId", json!("s"), ":unknown"),
            ],
        );
    }

    #[test]
    fn link() {
        let base = json!({"contentType": "link", "links": ["https://a.example/"]});
        taken(
            &base,
            &[
                json!({"content": "Look"}),
                json!({"thumbnailUrl": "https://a.example/x.png"}),
                json!({"links": vec!["http://a.example"; 20]}),
            ],
        );
        wrong(
            &base,
            &[
                ("links", json!(null), ":required"),
                ("links", json!([]), ":required"),
                ("links", json!("https://a.example"), ":type"),
                ("links", json!(["https://a.example", 5]), "[1]:type"),
                ("links", json!(["javascript:alert(1)"]), "[0]:format"),
                ("links", json!(vec!["http://a.example"; 21]), ":size"),
                ("metadata.title", json!("x"), ":unknown"),
            ],
        );
    }

    #[test]
    fn forward() {
        let base = json!({"contentType": "forward", "forwardedFromMessageId": "m", "forwardedFromConversationId": "c"});
        taken(
            &base,
            &[
                json!({"content": "own words"}),
                json!({"mediaFileIds": ["f"]}),
            ],
        );
        wrong(
            &base,
            &[
                ("forwardedFromMessageId", json!(null), ":required"),
                ("forwardedFromConversationId", json!(null), ":required"),
                ("forwardedFromMessageId", json!("-"), ":format"),
                ("forwardedFromConversationId", json!([]), ":type"),
                ("metadata.originalContentType", json!("image"), ":unknown"),
            ],
        );
        refused(
            &base,
            &[(
                json!({"forwardedFromMessageId": null, "forwardedFromConversationId": null}),
                &[
                    "forwardedFromConversationId:required",
                    "forwardedFromMessageId:required",
                ],
            )],
        );
    }

    #[test]
    fn a_forward_is_bare_until_it_brings_something() {
        let base = json!({"contentType": "forward", "forwardedFromMessageId": "m", "forwardedFromConversationId": "c"});
        assert!(read(&base).unwrap().is_bare());
        for more in [
            json!({"content": "x"}),
            json!({"mediaFileIds": ["f"]}),
            json!({"links": ["http://a.example"]}),
        ] {
            assert!(!read(&with(&base, &more)).unwrap().is_bare(), "{more}");
        }
    }
}
