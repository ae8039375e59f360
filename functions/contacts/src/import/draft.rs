//! The people of an import, as they were sent.

use whisper_schema::body::forms::ID;
use whisper_schema::body::{Each, Fields};
use whisper_schema::{Body, Rule};

use crate::details::ContactChange;
use crate::discovery::HASH;

/// The most people of an import.
pub const MOST_PEOPLE: usize = 5000;
/// The most hashes of one of them.
const MOST_HASHES: usize = 5;

/// An address book to be taken over; each of its people is taken or refused by themselves.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"contacts": [{"hashes": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"], "nickname": "Aunt Bea"}]}"#
)]
pub struct NewContactImport {
    /// 1 to 5,000 people; the body has at most 4 MiB.
    #[field(count = 1..=MOST_PEOPLE)]
    pub contacts: Each<ImportedContact>,
}

/// One of the people, by their id or by hashes of their addresses.
#[derive(Clone, Debug, Body)]
#[body(check = ImportedContact::check)]
#[body(
    rule = r#"{"oneOf": [{"required": ["userId"], "properties": {"userId": {"type": "string"}}},
        {"required": ["hashes"], "properties": {"hashes": {"type": "array", "minItems": 1}}}]}"#
)]
pub struct ImportedContact {
    /// Id of the user.
    #[field(is = ID)]
    pub user_id: Option<String>,
    /// Hashes of their addresses, at most 5, as `GET /v1/contact-discovery` says to make them; the first that leads to
    /// somebody counts.
    #[field(count = 0..=MOST_HASHES, is = HASH)]
    pub hashes: Vec<String>,
    /// The notes about them.
    #[field(flatten)]
    pub details: ContactChange,
}

impl ImportedContact {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let is_named = self.user_id.is_some() == self.hashes.is_empty();
        if !is_named && fields.is_clean("userId") && fields.is_clean("hashes") {
            let message = "or hashes is needed, and not both";
            fields.refuse("userId", Rule::Required, message);
        }
    }
}
