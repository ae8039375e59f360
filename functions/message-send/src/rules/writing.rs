//! Messages that consist of words and references: text, reply, link, forward.

use whisper_schema::Rule;

use super::fields::Fields;
use crate::draft::Draft;

/// Words, 1 to 10,000 characters of which at least one can be seen.
pub(super) fn text(draft: &Draft, fields: &mut Fields<'_, '_>) {
    words(draft, fields);
}

/// Words about another message of the conversation.
pub(super) fn reply(draft: &Draft, fields: &mut Fields<'_, '_>) {
    words(draft, fields);
    if draft.reply_to.is_none() && fields.clean("replyToMessageId") {
        fields.refuse_outside("replyToMessageId", Rule::Required, "is required for a reply");
    }
}

/// At least one address; words about it are welcome.
pub(super) fn link(draft: &Draft, fields: &mut Fields<'_, '_>) {
    if draft.links.is_empty() && fields.clean("links") {
        fields.refuse_outside("links", Rule::Required, "must have at least one address");
    }
}

/// A message of this or another conversation. Content and media are the copied message's unless given.
pub(super) fn forward(draft: &Draft, fields: &mut Fields<'_, '_>) {
    let named = |field: &str| format!("{field} is required for a forwarded message");
    if draft.origin.is_none() && fields.clean("forwardedFrom") {
        for field in ["forwardedFromMessageId", "forwardedFromConversationId"] {
            fields.refuse_outside(field, Rule::Required, named(field));
        }
    }
}

fn words(draft: &Draft, fields: &mut Fields<'_, '_>) {
    if draft.content.trim().is_empty() && fields.clean("content") {
        fields.refuse_outside("content", Rule::Required, "must have at least one visible character");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rules::testing::{read, refused, taken};

    #[test]
    fn text() {
        let base = json!({"content": "Hello"});
        taken(&base, &[
            json!({"contentType": "text"}),
            json!({"content": "é".repeat(10_000)}),
            json!({"content": " x "}),
            json!({"metadata": {}}),
            json!({"links": ["https://a.example"], "mentions": ["u1", "u2"], "replyToMessageId": "m1"}),
            json!({"expiresAt": "2026-01-01T00:00:00+02:00"}),
        ]);
        refused(&base, &[
            (json!({"content": null}), &["content:required"]),
            (json!({"content": ""}), &["content:required"]),
            (json!({"content": " \n\t"}), &["content:required"]),
            (json!({"content": "é".repeat(10_001)}), &["content:size"]),
            (json!({"content": "a\0b"}), &["content:format"]),
            (json!({"content": 5}), &["content:type"]),
            (json!({"mediaUrls": ["https://a.example/x.png"]}), &["mediaUrls:unknown"]),
            (json!({"mediaFileIds": ["f"], "thumbnailFileId": "t"}), &["mediaFileIds:unknown", "thumbnailFileId:unknown"]),
            (json!({"thumbnailUrl": "https://a.example/x.png"}), &["thumbnailUrl:unknown"]),
            (json!({"metadata": {"latitude": 1}}), &["metadata.latitude:unknown"]),
        ]);
    }

    #[test]
    fn reply() {
        let base = json!({"contentType": "reply", "content": "Yes", "replyToMessageId": "m1"});
        taken(&base, &[]);
        refused(&base, &[
            (json!({"replyToMessageId": null}), &["replyToMessageId:required"]),
            (json!({"replyToMessageId": "a b"}), &["replyToMessageId:format"]),
            (json!({"replyToMessageId": 1}), &["replyToMessageId:type"]),
            (json!({"content": null}), &["content:required"]),
            (json!({"metadata": {"storyId": "s"}}), &["metadata.storyId:unknown"]),
        ]);
    }

    #[test]
    fn link() {
        let base = json!({"contentType": "link", "links": ["https://a.example/"]});
        taken(&base, &[
            json!({"content": "Look"}),
            json!({"thumbnailUrl": "https://a.example/x.png"}),
            json!({"links": vec!["http://a.example"; 20]}),
        ]);
        refused(&base, &[
            (json!({"links": null}), &["links:required"]),
            (json!({"links": []}), &["links:required"]),
            (json!({"links": "https://a.example"}), &["links:type"]),
            (json!({"links": ["https://a.example", 5]}), &["links[1]:type"]),
            (json!({"links": ["javascript:alert(1)"]}), &["links[0]:format"]),
            (json!({"links": vec!["http://a.example"; 21]}), &["links:size"]),
            (json!({"metadata": {"title": "x"}}), &["metadata.title:unknown"]),
        ]);
    }

    #[test]
    fn forward() {
        let base = json!({"contentType": "forward", "forwardedFromMessageId": "m", "forwardedFromConversationId": "c"});
        taken(&base, &[json!({"content": "own words"}), json!({"mediaFileIds": ["f"]})]);
        refused(&base, &[
            (
                json!({"forwardedFromMessageId": null, "forwardedFromConversationId": null}),
                &["forwardedFromConversationId:required", "forwardedFromMessageId:required"],
            ),
            (json!({"forwardedFromMessageId": null}), &["forwardedFromMessageId:required"]),
            (json!({"forwardedFromConversationId": null}), &["forwardedFromConversationId:required"]),
            (json!({"forwardedFromMessageId": "-"}), &["forwardedFromMessageId:format"]),
            (json!({"forwardedFromConversationId": []}), &["forwardedFromConversationId:type"]),
            (json!({"metadata": {"originalContentType": "image"}}), &["metadata.originalContentType:unknown"]),
        ]);
    }

    #[test]
    fn a_forward_is_bare_until_it_brings_something() {
        let base = json!({"contentType": "forward", "forwardedFromMessageId": "m", "forwardedFromConversationId": "c"});
        assert!(read(&base).unwrap().is_bare());
        for more in [json!({"content": "x"}), json!({"mediaFileIds": ["f"]}), json!({"links": ["http://a.example"]})] {
            assert!(!read(&crate::rules::testing::with(&base, &more)).unwrap().is_bare(), "{more}");
        }
    }
}
