//! `#[access(…)]`: the readers of a document beside the holders of the server's key.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitStr, Result, Token, parenthesized};

use crate::attributes::attributes;
use crate::kinds::{FieldInput, KindInput, Shape};

/// `#[access(server = "why")]`, `#[access(users)]`, or `#[access(readers(user_id), public(is_public))]`
pub enum AccessInput {
    Server(LitStr),
    Users,
    Readers {
        fields: Vec<Ident>,
        public: Option<Ident>,
    },
}

impl AccessInput {
    pub fn parse_from(attrs: &[Attribute], name: &Ident) -> Result<Self> {
        let (mut server, mut users) = (None, false);
        let (mut fields, mut public) = (Vec::new(), None);
        for attr in attributes(attrs, "access") {
            attr.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "server" => server = Some(meta.value()?.parse()?),
                    "users" => users = true,
                    "readers" => {
                        let list;
                        parenthesized!(list in meta.input);
                        fields.extend(Punctuated::<Ident, Token![,]>::parse_terminated(&list)?);
                    }
                    "public" => {
                        let one;
                        parenthesized!(one in meta.input);
                        public = Some(one.parse()?);
                    }
                    _ => {
                        return Err(meta.error("expected `server`, `users`, `readers` or `public`"));
                    }
                }
                Ok(())
            })?;
        }
        match (server, users, fields.is_empty()) {
            (Some(why), false, true) if public.is_none() => Ok(AccessInput::Server(why)),
            (None, true, true) if public.is_none() => Ok(AccessInput::Users),
            (None, false, false) => Ok(AccessInput::Readers { fields, public }),
            _ => Err(Error::new_spanned(
                name,
                "who may read it? #[access(readers(…))], #[access(users)] or #[access(server = \"why\")]",
            )),
        }
    }

    pub fn expand(&self, all: &[FieldInput]) -> Result<TokenStream> {
        match self {
            AccessInput::Server(why) => Ok(quote!(::whisper_schema::Access::Server { why: #why })),
            AccessInput::Users => Ok(quote!(::whisper_schema::Access::Users)),
            AccessInput::Readers { fields, public } => {
                let keys = fields.iter().map(|field| reader(all, field));
                let keys = keys.collect::<Result<Vec<_>>>()?;
                let public = match public {
                    Some(field) => {
                        let key = flag(all, field)?;
                        quote!(Some(#key))
                    }
                    None => quote!(None),
                };
                Ok(quote! {
                    ::whisper_schema::Access::Readers { attributes: &[#(#keys),*], public: #public }
                })
            }
        }
    }
}

/// The key of a field that holds a user's id.
fn reader<'a>(fields: &'a [FieldInput], field: &Ident) -> Result<&'a str> {
    if field == "id" {
        return Ok("id");
    }
    match named(fields, field)? {
        found if found.kind == KindInput::Text && found.shape != Shape::List => Ok(&found.key),
        _ => Err(Error::new_spanned(field, "a reader is a text or the id")),
    }
}

/// The key of a field that says whether everybody may read.
fn flag<'a>(fields: &'a [FieldInput], field: &Ident) -> Result<&'a str> {
    match named(fields, field)? {
        found if found.kind == KindInput::Boolean && found.shape == Shape::One => Ok(&found.key),
        _ => Err(Error::new_spanned(field, "this is no plain bool")),
    }
}

fn named<'a>(fields: &'a [FieldInput], field: &Ident) -> Result<&'a FieldInput> {
    let found = fields.iter().find(|f| f.ident == *field);
    found.ok_or_else(|| Error::new_spanned(field, "no such field"))
}
