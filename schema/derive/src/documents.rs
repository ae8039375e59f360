//! `Default`, `Serialize` and `Deserialize`.
//!
//! Written out instead of left to serde's derive: a missing list is empty, `null` stands for a
//! missing value, and a default is the attribute's, which serde's attributes can't say in one place.

use proc_macro2::TokenStream;
use quote::quote;

use crate::input::CollectionInput;
use crate::kinds::{FieldInput, KindInput, Shape};

pub fn expand(collection: &CollectionInput) -> TokenStream {
    let default = default(collection);
    let serialize = serialize(collection);
    let deserialize = deserialize(collection);
    quote! {
        #default

        const _: () = {
            use ::whisper_schema::derived::serde;

            #serialize
            #deserialize
        };
    }
}

fn default(collection: &CollectionInput) -> TokenStream {
    let name = &collection.name;
    let fields = collection.fields.iter().map(|field| {
        let ident = &field.ident;
        let initial = field.initial_expr();
        quote!(#ident: #initial)
    });
    quote! {
        impl Default for #name {
            fn default() -> Self {
                #name { id: String::new(), #(#fields),* }
            }
        }
    }
}

fn serialize(collection: &CollectionInput) -> TokenStream {
    let name = &collection.name;
    let title = name.to_string();
    let count = collection.fields.len() + 1;
    let fields = collection.fields.iter().map(serialize_field);
    quote! {
        impl serde::Serialize for #name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;
                let mut document = serializer.serialize_struct(#title, #count)?;
                document.serialize_field("id", &self.id)?;
                #(#fields)*
                document.end()
            }
        }
    }
}

fn serialize_field(field: &FieldInput) -> TokenStream {
    let (ident, key) = (&field.ident, &field.key);
    let finite = |value| quote!(&::whisper_schema::derived::finite::<S::Error>(#key, #value)?);
    let hex = |value| quote!(&::whisper_schema::Hex(#value));
    let double = field.kind == KindInput::Double;
    let bytes = field.kind == KindInput::Bytes;
    match field.shape {
        Shape::Optional => {
            let value = match field.kind {
                KindInput::Double => finite(quote!(*value)),
                KindInput::Bytes => hex(quote!(value)),
                _ => quote!(value),
            };
            quote! {
                match &self.#ident {
                    Some(value) => document.serialize_field(#key, #value)?,
                    None => document.skip_field(#key)?,
                }
            }
        }
        Shape::One if double => {
            let value = finite(quote!(self.#ident));
            quote!(document.serialize_field(#key, #value)?;)
        }
        Shape::One if bytes => {
            let value = hex(quote!(&self.#ident));
            quote!(document.serialize_field(#key, #value)?;)
        }
        _ => quote!(document.serialize_field(#key, &self.#ident)?;),
    }
}

fn deserialize(collection: &CollectionInput) -> TokenStream {
    let name = &collection.name;
    let expecting = format!("a document of {}", collection.options.id.value());
    let numbers = 1..=collection.fields.len();
    let keys: Vec<_> = collection.fields.iter().map(|f| f.key.as_str()).collect();
    let read = collection
        .fields
        .iter()
        .enumerate()
        .map(|(i, field)| read_field(i + 1, field));
    let unknown = collection.fields.len() + 1;
    // The id, and every attribute nothing stands in for.
    let needed = collection
        .fields
        .iter()
        .enumerate()
        .filter(|(_, f)| f.shape == Shape::One && f.options.default.is_none());
    let needed = needed.fold(1u64, |bits, (i, _)| bits | 1 << (i + 1));
    quote! {
        const KEYS: &[&str] = &["id", #(#keys),*];

        fn number_of(key: &str) -> usize {
            match key {
                "id" => 0,
                #(#keys => #numbers,)*
                _ => #unknown,
            }
        }

        struct DocumentVisitor;

        impl<'de> serde::de::Visitor<'de> for DocumentVisitor {
            type Value = #name;

            fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(#expecting)
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<#name, A::Error> {
                let mut document = #name::default();
                let mut seen = 0u64;
                while let Some(number) = map.next_key_seed(::whisper_schema::derived::FieldNumber(number_of))? {
                    if let Some(key) = KEYS.get(number) {
                        if seen & (1 << number) != 0 {
                            return Err(serde::de::Error::duplicate_field(key));
                        }
                        seen |= 1 << number;
                    }
                    match number {
                        0 => document.id = map.next_value()?,
                        #(#read)*
                        _ => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                ::whisper_schema::derived::all_present(KEYS, #needed & !seen)?;
                Ok(document)
            }
        }

        impl<'de> serde::Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_struct(stringify!(#name), KEYS, DocumentVisitor)
            }
        }
    }
}

fn read_field(number: usize, field: &FieldInput) -> TokenStream {
    let ident = &field.ident;
    if field.kind == KindInput::Bytes {
        let from_hex = quote!(::whisper_schema::derived::FromHex);
        return match field.shape {
            Shape::Optional => {
                quote!(#number => document.#ident = map.next_value::<Option<#from_hex>>()?.map(|bytes| bytes.0),)
            }
            _ => quote!(#number => document.#ident = map.next_value::<#from_hex>()?.0,),
        };
    }
    let nothing_stands_in = field.shape == Shape::Optional
        || (field.shape == Shape::One && field.options.default.is_none());
    if nothing_stands_in {
        quote!(#number => document.#ident = map.next_value()?,)
    } else {
        // Null is as good as missing: the list stays empty, the default stays.
        quote! {
            #number => {
                if let Some(value) = map.next_value::<Option<_>>()? {
                    document.#ident = value;
                }
            }
        }
    }
}
