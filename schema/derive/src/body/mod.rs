//! `#[derive(Body)]`.

mod input;
mod structs;
mod tagged;

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput, Error, Result};

/// The code of the derive.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    if let Some(generic) = input.generics.params.first() {
        return Err(Error::new_spanned(generic, "a body has no parameters"));
    }
    match &input.data {
        Data::Struct(data) => structs::expand(input, data),
        Data::Enum(data) => tagged::expand(input, data),
        Data::Union(_) => Err(Error::new_spanned(&input.ident, "a union is no body")),
    }
}
