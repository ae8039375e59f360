//! `#[derive(Collection)]`: documents and metadata of a collection from one struct. `#[derive(Body)]`: how a
//! request's body is read, checked, shown and applied, from one struct.
//!
//! The syntax of both is described in the README of `whisper-schema`, which re-exports the derives.

mod access;
mod attributes;
mod body;
mod documents;
mod input;
mod kinds;
mod metadata;
mod parts;
mod retention;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the documents of a collection.
///
/// ```ignore
/// /// A conversation's draft.
/// #[derive(Clone, Debug, PartialEq, Collection)]
/// #[collection(database = "mainDB", id = "drafts", name = "Drafts")]
/// #[access(readers(owner_id))]
/// #[retention(forever = "The writer's own.")]
/// #[index(unique idx_owner(owner_id, updated_at desc))]
/// pub struct Draft {
///     /// Id of the document.
///     pub id: String,
///     /// User who writes it.
///     #[attr(size = 256)]
///     pub owner_id: String,
///     /// When it was last touched.
///     pub updated_at: Option<Timestamp>,
/// }
/// ```
///
/// Gives `Document`, `Default`, serde's `Serialize` and `Deserialize`, `JsonSchema` (not in Wasm),
/// and a `Column` constant per field, such as `Draft::OWNER_ID`.
#[proc_macro_derive(
    Collection,
    attributes(access, retention, parts, collection, index, attr)
)]
pub fn derive_collection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let expanded = input::CollectionInput::parse(&input).and_then(|collection| {
        let metadata = metadata::expand(&collection)?;
        let documents = documents::expand(&collection);
        Ok(quote! { #metadata #documents })
    });
    expanded
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

/// Makes a struct the body of a request, or an enum the part of one whose tag names the kind of its content.
///
/// ```ignore
/// /// A new story.
/// #[derive(Debug, Body)]
/// #[body(of = Story, check = Self::check, example = r#"{"contentType": "text", "text": "Hello"}"#)]
/// pub struct NewStory {
///     /// The kind of its content.
///     pub content_type: StoryContentType,
///     /// Seconds until it vanishes.
///     #[field(apart, range = 60..=172_800, default = 86_400)]
///     pub expires_in_seconds: i64,
/// }
/// ```
#[proc_macro_derive(Body, attributes(body, field))]
pub fn derive_body(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    body::expand(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
