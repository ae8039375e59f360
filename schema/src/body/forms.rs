//! Forms of text that bodies of several features share.

use super::Form;
use crate::text::{is_line, pattern};
use crate::validate::{is_document_id, is_email, is_secure_url, is_web_url};

/// Id of a document.
pub const ID: Form = Form {
    valid: is_document_id,
    must_be: "1 to 36 of A-Z, a-z, 0-9, '_', '.' and '-', starting with a letter or digit",
    pattern: Some(pattern::ID),
    format: None,
};

/// One mention of a message: a user's id, or a word for all members or the admins.
pub const MENTION: Form = Form {
    valid: |text| matches!(text, "@all" | "@admins") || is_document_id(text),
    must_be: "a user's id, '@all' or '@admins'",
    pattern: Some("^(@all|@admins|[A-Za-z0-9][A-Za-z0-9_.-]{0,35})$"),
    format: None,
};

/// Absolute http or https URL with a host.
pub const WEB_URL: Form = Form {
    valid: is_web_url,
    must_be: "an http or https URL",
    pattern: Some(pattern::WEB_URL),
    format: Some("uri"),
};

/// Absolute https URL with a host.
pub const SECURE_URL: Form = Form {
    valid: is_secure_url,
    must_be: "an https URL",
    pattern: Some(pattern::SECURE_URL),
    format: Some("uri"),
};

/// Phone number in E.164 form: a plus sign and 2 to 15 digits, the first not 0.
pub const PHONE: Form = Form {
    valid: is_phone,
    must_be: "a phone number in international form, such as +41791234567",
    pattern: Some("^\\+[1-9][0-9]{1,14}$"),
    format: None,
};

/// A text for one line: something to see, and nothing that breaks the line or the screen.
pub const LINE: Form = Form {
    valid: is_line,
    must_be: "a line that isn't blank and has no control characters",
    pattern: Some(pattern::LINE),
    format: None,
};

/// E-mail address.
pub const EMAIL: Form = Form {
    valid: is_email,
    must_be: "an email address",
    pattern: Some(pattern::EMAIL),
    format: Some("email"),
};

/// Whether a text is a phone number in E.164 form.
pub fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}
