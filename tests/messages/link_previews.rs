//! Previews of links, over HTTP: the client makes one, the server keeps it with the words.

use super::{alone, group, id, send};
use whisper_testkit::{TestApp, json};

#[test]
fn a_preview_lives_as_long_as_its_link() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let messages = group(&app, &ann, &[&bob]);
    let (tea, coffee) = ("https://example.com/tea", "https://example.com/coffee");
    let preview = json!({"url": tea, "title": "Tea", "siteName": "Example", "imageUrl": "https://example.com/tea.png"});
    let mut body = json!({"content": format!("Look: {tea}"), "links": [coffee], "metadata": {"linkPreview": preview}});
    send(&app, &ann, &messages, &body).expect_fields(&["metadata.linkPreview.url"]);
    body["links"] = json!([tea, coffee]);
    let sent = send(&app, &ann, &messages, &body).expect(201);
    let message = format!("{messages}/{}", id(&sent));

    let history = bob.get(&app, &messages).expect(200);
    let shown = &history["items"][0];
    assert_eq!(shown["metadata"], json!({"linkPreview": preview}));
    let copy = json!({"contentType": "forward", "forwardedFromMessageId": sent["id"], "forwardedFromConversationId": sent["conversationId"]});
    let copy = send(&app, &bob, &messages, &copy).expect(201);
    assert_eq!(copy["metadata"]["original"]["linkPreview"], preview);

    let edit = |body| ann.call(&app, "PATCH", &message).json(&body).send();
    let other = json!({"url": coffee, "title": "Coffee"});
    let edited = edit(json!({"metadata": {"linkPreview": other}})).expect(200);
    assert_eq!(edited["metadata"]["linkPreview"], other);
    let edited = edit(json!({"content": "Look", "links": [tea]})).expect(200);
    assert_eq!(edited.get("metadata"), None);
    assert_eq!(alone(&app, &bob, &message).get("metadata"), None);

    let again = json!({"links": [tea], "metadata": {"linkPreview": preview}});
    edit(again).expect(200);
    ann.call(&app, "DELETE", &message).send().expect(204);
    let gone = alone(&app, &bob, &message);
    assert_eq!((&gone["content"], gone.get("metadata")), (&json!(""), None));
    assert!(!gone.to_string().contains(tea));
}
