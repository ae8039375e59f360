//! Words and addresses: text, reply, link. An address may have a preview.

use serde::Serialize;
use whisper_messages::NewLinkPreview;
use whisper_schema::Body;

/// Details of words and of addresses.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WordsDetails {
    /// The preview of one of its links, made by the client; not in encrypted conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_preview: Option<NewLinkPreview>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::content::testing::{refused, taken, with, wrong};

    const URL: &str = "https://a.example/1";

    fn bases() -> [Value; 3] {
        let words = json!({"content": "Look", "links": ["http://b.example", URL], "metadata": {"linkPreview": {"url": URL, "title": "T"}}});
        let reply = json!({"contentType": "reply", "replyToMessageId": "m1"});
        [
            words.clone(),
            with(&words, &json!({"contentType": "link"})),
            with(&words, &reply),
        ]
    }

    fn preview(change: &Value) -> Value {
        json!({"metadata": {"linkPreview": change}})
    }

    #[test]
    fn words_links_and_replies_may_have_the_preview_of_a_link() {
        let long = |size: usize| format!("https://a.example/{}", "x".repeat(size - 18));
        for base in bases() {
            taken(
                &base,
                &[
                    preview(&Value::Null),
                    preview(&json!({"title": "é".repeat(200), "siteName": "é".repeat(100)})),
                    preview(&json!({"description": "é\n".repeat(250), "imageUrl": long(2000)})),
                    preview(&json!({"description": null, "siteName": null, "imageUrl": null})),
                    preview(&json!({"url": "http://b.example"})),
                    with(
                        &json!({"links": [long(1000)]}),
                        &preview(&json!({"url": long(1000)})),
                    ),
                ],
            );
            let at = "metadata.linkPreview";
            for (key, value, fault) in [
                ("url", json!(null), ":required"),
                ("url", json!("x"), ":format"),
                ("url", json!(long(1001)), ":size"),
                ("url", json!("https://a.example/2"), ":reference"),
                ("url", json!("https://a.example/1#"), ":reference"),
                ("title", json!(null), ":required"),
                ("title", json!(""), ":required"),
                ("title", json!("\u{200B}"), ":required"),
                ("title", json!("two\nlines"), ":format"),
                ("title", json!("gnp.exe\u{202E}"), ":format"),
                ("title", json!("x".repeat(201)), ":size"),
                ("title", json!(5), ":type"),
                ("description", json!("x".repeat(501)), ":size"),
                ("description", json!("a\u{1B}[2J"), ":format"),
                ("siteName", json!("x".repeat(101)), ":size"),
                ("siteName", json!("\u{202E}x"), ":format"),
                ("imageUrl", json!("javascript://a.example/%0Ax"), ":format"),
                ("imageUrl", json!(long(2001)), ":size"),
                ("html", json!("<b>"), ":unknown"),
            ] {
                wrong(&base, &[(&format!("{at}.{key}"), value, fault)]);
            }
            wrong(&base, &[(at, json!("https://a.example/1"), ":type")]);
            refused(
                &base,
                &[
                    (json!({"links": ["x"]}), &["links[0]:format"]),
                    (
                        json!({"metadata": {"title": "x"}}),
                        &["metadata.title:unknown"],
                    ),
                ],
            );
        }
        let [text, ..] = bases();
        wrong(
            &text,
            &[("links", json!([]), "metadata.linkPreview.url:reference")],
        );
    }

    #[test]
    fn no_other_kind_has_one() {
        let [words, ..] = bases();
        for other in [
            json!({"contentType": "image", "mediaFileIds": ["f"]}),
            json!({"contentType": "forward", "forwardedFromMessageId": "m", "forwardedFromConversationId": "c"}),
            json!({"contentType": "location", "metadata": {"latitude": 1, "longitude": 2}}),
        ] {
            let fault: &[&str] = &["metadata.linkPreview:unknown"];
            refused(&with(&words, &other), &[(json!({}), fault)]);
        }
    }
}
