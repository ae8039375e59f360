//! `#[derive(Collection)]`: documents and metadata of a collection from one struct.
//!
//! The struct's syntax is described in the README of `whisper-schema`, which re-exports the derive.

mod access;
mod documents;
mod input;
mod kinds;
mod metadata;

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
/// #[index(unique idx_owner(owner_id, updated_at desc))]
/// pub struct Draft {
///     /// Id of the document.
///     pub id: String,
///     /// Who writes it.
///     #[attr(size = 256)]
///     pub owner_id: String,
///     /// When it was last touched.
///     pub updated_at: Option<Timestamp>,
/// }
/// ```
///
/// Gives `Document`, `Default`, serde's `Serialize` and `Deserialize`, `JsonSchema` (not in Wasm),
/// and a `Column` constant per field, such as `Draft::OWNER_ID`.
#[proc_macro_derive(Collection, attributes(access, collection, index, attr))]
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
