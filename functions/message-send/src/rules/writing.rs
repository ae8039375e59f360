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
        fields.refuse_outside(
            "replyToMessageId",
            Rule::Required,
            "is required for a reply",
        );
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
        fields.refuse_outside(
            "content",
            Rule::Required,
            "must have at least one visible character",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rules::testing::{read, refused, taken, with, wrong};

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
