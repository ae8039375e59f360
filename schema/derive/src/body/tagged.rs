//! An enum: a part whose tag names the kind of its content.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Ident, LitStr, Result, Type, Variant};

use super::input::BodyOptions;
use crate::attributes::{attributes, doc_of};

struct TaggedVariant {
    ident: Ident,
    key: LitStr,
    doc: String,
    /// Type of its content; none for a unit variant.
    content: Option<Type>,
    /// Whether the content must be there.
    required: bool,
}

pub fn expand(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let options = BodyOptions::parse_from(&input.attrs)?;
    let (Some(tag), Some(content)) = (&options.tag, &options.content) else {
        let message = "an enum needs #[body(tag = \"…\", content = \"…\")]";
        return Err(Error::new_spanned(&input.ident, message));
    };
    let variants = data
        .variants
        .iter()
        .map(variant)
        .collect::<Result<Vec<_>>>()?;
    let name = &input.ident;
    let read = read(name, tag, content, options.default.as_ref(), &variants);
    let default = match &options.default {
        Some(default) => quote!(Some(#default)),
        None => quote!(None),
    };
    let adds = variants.iter().map(|variant| {
        let (key, doc, required) = (&variant.key, &variant.doc, variant.required);
        let schema = match &variant.content {
            Some(ty) => quote!(generator.subschema_for::<#ty>()),
            None => quote!(::whisper_schema::body::ObjectShape::new().finish("")),
        };
        quote!(let content = #schema; tagged.variant(#key, #doc, content, #required);)
    });
    let tags = variants.iter().map(|variant| {
        let (ident, key) = (&variant.ident, &variant.key);
        match variant.content {
            Some(_) => quote!(#name::#ident(_) => #key),
            None => quote!(#name::#ident => #key),
        }
    });
    Ok(quote! {
        #read

        impl #name {
            /// The tag's value, as on the wire.
            pub fn tag(&self) -> &'static str {
                match self { #(#tags),* }
            }
        }

        #[cfg(not(target_family = "wasm"))]
        impl ::whisper_schema::derived::schemars::JsonSchema for #name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!(#name).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!(#name)).into()
            }

            fn json_schema(
                generator: &mut ::whisper_schema::derived::schemars::SchemaGenerator,
            ) -> ::whisper_schema::derived::schemars::Schema {
                let mut tagged = ::whisper_schema::body::TaggedShape::new(#tag, #content, #default);
                #(#adds)*
                tagged.finish()
            }
        }
    })
}

fn read(
    name: &Ident,
    tag: &LitStr,
    content: &LitStr,
    default: Option<&LitStr>,
    variants: &[TaggedVariant],
) -> TokenStream {
    let arms = variants.iter().map(|variant| {
        let (ident, key) = (&variant.ident, &variant.key);
        match &variant.content {
            Some(ty) => quote! {
                #key => fields
                    .nested(#content, <#ty as ::whisper_schema::body::Body>::read)
                    .map(#name::#ident)
            },
            None => quote!(#key => fields.nested(#content, |_| Some(#name::#ident))),
        }
    });
    let keys = variants.iter().map(|variant| &variant.key);
    let default = match default {
        Some(default) => quote!(Some(#default)),
        None => quote!(None),
    };
    quote! {
        impl ::whisper_schema::body::Body for #name {
            fn read(fields: &mut ::whisper_schema::body::Fields<'_, '_>) -> Option<Self> {
                const TAGS: &[&str] = &[#(#keys),*];
                match fields.tag(#tag, #content, TAGS, #default)? {
                    #(#arms,)*
                    _ => None,
                }
            }
        }
    }
}

fn variant(variant: &Variant) -> Result<TaggedVariant> {
    let content = match &variant.fields {
        Fields::Unit => None,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            fields.unnamed.first().map(|field| field.ty.clone())
        }
        other => {
            return Err(Error::new_spanned(
                other,
                "a variant holds one struct, or nothing",
            ));
        }
    };
    let mut key = LitStr::new(
        &snake_case(&variant.ident.to_string()),
        variant.ident.span(),
    );
    let mut required = false;
    for attr in attributes(&variant.attrs, "body") {
        attr.parse_nested_meta(|meta| {
            match meta.path.require_ident()?.to_string().as_str() {
                "key" => key = meta.value()?.parse()?,
                "required" => required = true,
                _ => return Err(meta.error("unknown option of a variant")),
            }
            Ok(())
        })?;
    }
    Ok(TaggedVariant {
        ident: variant.ident.clone(),
        key,
        doc: doc_of(&variant.attrs),
        content,
        required,
    })
}

fn snake_case(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 4);
    for (index, letter) in camel.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
