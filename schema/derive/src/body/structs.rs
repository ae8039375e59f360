//! A struct: the fields of an object.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataStruct, DeriveInput, Error, ExprRange, Fields, Ident, Path, Result, Type};

use super::input::{BodyField, BodyOptions, Presence};
use crate::attributes::doc_of;

pub fn expand(input: &DeriveInput, data: &DataStruct) -> Result<TokenStream> {
    let options = BodyOptions::parse_from(&input.attrs)?;
    let fields = match &data.fields {
        Fields::Named(named) => named
            .named
            .iter()
            .map(BodyField::parse)
            .collect::<Result<Vec<_>>>()?,
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => {
            return Err(Error::new_spanned(
                &input.ident,
                "a body's fields have names",
            ));
        }
    };
    let body = read(&input.ident, &options, &fields);
    let field = as_field(&input.ident);
    let schema = schema(input, &options, &fields);
    let changes = match (&options.of, options.changes) {
        (Some(of), true) => changes(&input.ident, of, &fields),
        _ => TokenStream::new(),
    };
    Ok(quote! { #body #field #schema #changes })
}

fn read(name: &Ident, options: &BodyOptions, fields: &[BodyField]) -> TokenStream {
    let reads = fields.iter().map(|field| {
        let (ident, key, ty) = (&field.ident, &field.key, &field.ty);
        let limits = limits(options, field);
        let optional = if options.changes { quote!(kept) } else { quote!(optional) };
        match field.presence {
            Presence::Required => quote!(let #ident = fields.required::<#ty>(#key, &#limits);),
            Presence::Defaulted => {
                let default = &field.options.default;
                quote!(let #ident = Some(fields.optional::<#ty>(#key, &#limits).unwrap_or_else(|| #default));)
            }
            Presence::Optional => quote!(let #ident = Some(fields.#optional::<#ty>(#key, &#limits));),
            Presence::Change => quote!(let #ident = Some(fields.change::<#ty>(#key, &#limits));),
            Presence::List => quote!(let #ident = Some(fields.optional::<#ty>(#key, &#limits).unwrap_or_default());),
            Presence::Flattened => quote!(let #ident = <#ty as ::whisper_schema::body::Body>::read(fields);),
        }
    });
    let idents = fields.iter().map(|field| &field.ident);
    let check = options
        .check
        .as_ref()
        .map(|check| quote!(#check(&body, fields);));
    quote! {
        impl ::whisper_schema::body::Body for #name {
            fn read(fields: &mut ::whisper_schema::body::Fields<'_, '_>) -> Option<Self> {
                let _ = &fields;
                #(#reads)*
                let body = #name { #(#idents: #idents?),* };
                #check
                Some(body)
            }
        }
    }
}

/// An object within another body.
fn as_field(name: &Ident) -> TokenStream {
    quote! {
        impl ::whisper_schema::body::Field for #name {
            fn read(
                value: &::whisper_schema::derived::serde_json::Value,
                _: &::whisper_schema::body::Limits,
                at: &mut ::whisper_schema::body::At<'_, '_>,
            ) -> Option<Self> {
                at.object(value, <Self as ::whisper_schema::body::Body>::read)
            }

            #[cfg(not(target_family = "wasm"))]
            fn schema(
                _: &::whisper_schema::body::Limits,
                generator: &mut ::whisper_schema::derived::schemars::SchemaGenerator,
            ) -> ::whisper_schema::derived::schemars::Schema {
                generator.subschema_for::<#name>()
            }
        }
    }
}

fn schema(input: &DeriveInput, options: &BodyOptions, fields: &[BodyField]) -> TokenStream {
    let name = &input.ident;
    let doc = doc_of(&input.attrs);
    let adds = fields.iter().map(|field| {
        let (key, ty, doc) = (&field.key, &field.ty, &field.doc);
        if field.presence == Presence::Flattened {
            return quote!(object.flatten(<#ty as ::whisper_schema::derived::schemars::JsonSchema>::json_schema(generator)););
        }
        let limits = limits(options, field);
        let required = field.presence == Presence::Required;
        let nullable = match field.presence {
            Presence::Required => false,
            Presence::Optional => !options.changes,
            _ => true,
        };
        let default = field.options.default.as_ref().map(|default| {
            quote!({
                let default: #ty = #default;
                object.default_of(#key, default);
            })
        });
        quote! {
            let field = <#ty as ::whisper_schema::body::Field>::schema(&#limits, generator);
            object.field(#key, field, #doc, #required, #nullable);
            #default
        }
    });
    let (rules, examples) = (&options.rules, &options.examples);
    quote! {
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
                let _ = &generator;
                let mut object = ::whisper_schema::body::ObjectShape::new();
                #(#adds)*
                #(object.rule(#rules);)*
                #(object.example(#examples);)*
                object.finish(#doc)
            }
        }
    }
}

fn changes(name: &Ident, of: &Path, fields: &[BodyField]) -> TokenStream {
    let fields = || fields.iter().filter(|field| !field.options.apart);
    let column = |field: &BodyField| {
        let ident = &field.ident;
        Ident::new(
            &ident.to_string().trim_start_matches("r#").to_uppercase(),
            ident.span(),
        )
    };
    let columns = fields().map(column);
    let puts = fields().map(|field| {
        let (ident, column) = (&field.ident, column(field));
        let put = quote! {
            if let Some(value) = ::whisper_schema::body::Slot::put(&mut document.#ident, value) {
                changed.push((#of::#column, value));
            }
        };
        match field.presence {
            Presence::Optional => quote!(if let Some(value) = self.#ident { #put }),
            _ => quote!({ let value = self.#ident; #put }),
        }
    });
    quote! {
        impl ::whisper_schema::body::Changes<#of> for #name {
            fn columns() -> Vec<::whisper_schema::Column<#of>> {
                vec![#(#of::#columns),*]
            }

            fn apply(
                self,
                document: &mut #of,
            ) -> Vec<(::whisper_schema::Column<#of>, ::whisper_schema::derived::serde_json::Value)> {
                let mut changed = Vec::new();
                #(#puts)*
                changed
            }
        }
    }
}

/// The limits of a field, as a constant.
fn limits(body: &BodyOptions, field: &BodyField) -> TokenStream {
    let options = &field.options;
    let document = options
        .of
        .as_ref()
        .or(body.of.as_ref().filter(|_| !options.apart));
    let of = match document {
        Some(document) => {
            let key = options
                .named
                .as_ref()
                .map_or_else(|| field.key.clone(), syn::LitStr::value);
            quote!(Some((<#document as ::whisper_schema::Document>::COLLECTION, #key)))
        }
        None => quote!(None),
    };
    let pair = |range: &Option<ExprRange>| match range {
        Some(ExprRange { start, end, .. }) => quote!(Some((#start, #end))),
        None => quote!(None),
    };
    let (size, count) = (pair(&options.size), pair(&options.count));
    let unique = options.unique;
    let range = match &options.range {
        Some(ExprRange { start, end, .. }) if is_number(&field.ty) => {
            quote!(Some(::whisper_schema::body::Range::Number(#start, #end)))
        }
        Some(ExprRange { start, end, .. }) => {
            quote!(Some(::whisper_schema::body::Range::Integer(#start, #end)))
        }
        None => quote!(None),
    };
    let is = match &options.is {
        Some(form) => quote!(Some(#form)),
        None => quote!(None),
    };
    let text = match &options.text {
        Some(text) => quote!(Some(::whisper_schema::Text::#text)),
        None => quote!(None),
    };
    quote!({
        const LIMITS: ::whisper_schema::body::Limits = ::whisper_schema::body::Limits {
            of: #of,
            size: #size,
            count: #count,
            unique: #unique,
            range: #range,
            is: #is,
            text: #text,
        }
        .held();
        LIMITS
    })
}

/// Whether a type is `f64` or `Number`, or a list of one.
fn is_number(ty: &Type) -> bool {
    let text = quote!(#ty).to_string();
    text.contains("f64") || text.contains("Number")
}
