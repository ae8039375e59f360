//! The rules about how the parts of a message go together, as JSON Schema: the API document shows the rules that `check` holds.

/// The rules of `check::check_words`.
pub(crate) const WORDS_RULE: &str = r#"{"allOf": [
    {"not": {"properties": {"contentType": {"enum": ["text", "reply", "poll"]}},
        "not": {"required": ["content"], "properties": {"content": {"type": "string", "pattern": "\\S"}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"const": "poll"}},
        "not": {"properties": {"content": {"maxLength": 500}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"const": "reply"}},
        "not": {"required": ["replyToMessageId"], "properties": {"replyToMessageId": {"type": "string"}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"const": "link"}},
        "not": {"required": ["links"], "properties": {"links": {"type": "array", "minItems": 1}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"const": "story_reply"}},
        "not": {"anyOf": [
            {"required": ["content"], "properties": {"content": {"type": "string", "pattern": "\\S"}}},
            {"required": ["mediaUrls"], "properties": {"mediaUrls": {"type": "array", "minItems": 1}}},
            {"required": ["mediaFileIds"], "properties": {"mediaFileIds": {"type": "array", "minItems": 1}}}]}}}]}"#;

/// The rules of `check::check_origin`.
pub(crate) const ORIGIN_RULE: &str = r#"{"not": {
    "anyOf": [{"required": ["contentType"], "properties": {"contentType": {"const": "forward"}}},
        {"required": ["forwardedFromMessageId"], "properties": {"forwardedFromMessageId": {"type": "string"}}},
        {"required": ["forwardedFromConversationId"], "properties": {"forwardedFromConversationId": {"type": "string"}}}],
    "not": {"required": ["forwardedFromMessageId", "forwardedFromConversationId"], "properties": {
        "forwardedFromMessageId": {"type": "string"}, "forwardedFromConversationId": {"type": "string"}}}}}"#;

/// The rules of `check::check_media`.
pub(crate) const MEDIA_RULE: &str = r#"{"allOf": [
    {"not": {"required": ["contentType"],
        "properties": {"contentType": {"enum": ["image", "video", "audio", "gif", "voice", "file"]}},
        "not": {"anyOf": [{"required": ["mediaUrls"], "properties": {"mediaUrls": {"type": "array", "minItems": 1}}},
            {"required": ["mediaFileIds"], "properties": {"mediaFileIds": {"type": "array", "minItems": 1}}}]}}},
    {"not": {"properties": {"contentType": {"enum": ["text", "reply", "contact", "poll", "crypto_tx"]}},
        "not": {"properties": {"mediaUrls": {"maxItems": 0}, "mediaFileIds": {"maxItems": 0},
            "thumbnailUrl": {"type": "null"}, "thumbnailFileId": {"type": "null"}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["image"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^image/"}}}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["video"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^video/"}}}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["audio", "voice"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^audio/"}}}}}}},
    {"not": {"required": ["contentType"], "properties": {"contentType": {"enum": ["gif"]}},
        "not": {"properties": {"metadata": {"properties": {"mimeType": {"pattern": "^(image|video)/"}}}}}}}]}"#;
