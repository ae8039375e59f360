//! The static metadata, the `Document` impl, and the columns.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::input::{CollectionInput, IndexInput};
use crate::kinds::{FieldInput, Shape, optional};

pub fn expand(collection: &CollectionInput) -> syn::Result<TokenStream> {
    let name = &collection.name;
    let metadata = metadata(collection)?;
    let columns = collection
        .fields
        .iter()
        .map(|field| column(collection, field));
    let title = name.to_string();
    Ok(quote! {
        impl #name {
            /// The column of the document's id.
            pub const ID: ::whisper_schema::Column<#name> = ::whisper_schema::Column::id();
            #(#columns)*
        }

        const _: () = {
            // A static, so that a collection has one address in the whole program.
            static COLLECTION: ::whisper_schema::Collection = #metadata;

            impl ::whisper_schema::Document for #name {
                const COLLECTION: &'static ::whisper_schema::Collection = &COLLECTION;

                fn id(&self) -> &str {
                    &self.id
                }
            }

            #[cfg(not(target_family = "wasm"))]
            impl ::whisper_schema::derived::schemars::JsonSchema for #name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    #title.into()
                }

                fn json_schema(
                    _: &mut ::whisper_schema::derived::schemars::SchemaGenerator,
                ) -> ::whisper_schema::derived::schemars::Schema {
                    ::whisper_schema::derived::collection_schema(&COLLECTION, #title)
                }
            }
        };
    })
}

fn metadata(collection: &CollectionInput) -> syn::Result<TokenStream> {
    let options = &collection.options;
    let (database, id, name) = (&options.database, &options.id, &options.name);
    let (document_security, system, monotonic) =
        (options.document_security, options.system, options.monotonic);
    let access = collection.access.expand(&collection.fields)?;
    let retention = collection
        .retention
        .iter()
        .map(|r| r.expand(&collection.fields));
    let retention = retention.collect::<syn::Result<Vec<_>>>()?;
    let parts = match &collection.parts {
        Some(days) => quote!(Some(::whisper_schema::Parts { days: #days })),
        None => quote!(None),
    };
    let doc = &collection.doc;
    let attributes = collection.fields.iter().map(attribute);
    let indexes = collection.indexes.iter().map(|i| index(collection, i));
    Ok(quote! {
        ::whisper_schema::Collection {
            database: #database,
            id: #id,
            name: #name,
            document_security: #document_security,
            access: #access,
            retention: &[#(#retention),*],
            parts: #parts,
            system: #system,
            monotonic: #monotonic,
            doc: #doc,
            attributes: &[#(#attributes),*],
            indexes: &[#(#indexes),*],
        }
    })
}

fn attribute(field: &FieldInput) -> TokenStream {
    let (key, doc, required) = (&field.key, &field.doc, field.required);
    let array = field.shape == Shape::List;
    let kind = field.kind_expr();
    let default = field.default_expr();
    let stored_size = optional(&field.options.stored);
    let text = field.text_expr();
    quote! {
        ::whisper_schema::Attribute {
            key: #key,
            kind: #kind,
            required: #required,
            array: #array,
            default: #default,
            stored_size: #stored_size,
            text: #text,
            doc: #doc,
        }
    }
}

fn index(collection: &CollectionInput, index: &IndexInput) -> TokenStream {
    let key = index.key.to_string();
    let (kind, own) = (&index.kind, index.own);
    let columns = index.columns.iter().map(|column| {
        // Checked when the input was read.
        let attribute = collection.key_of(&column.field).unwrap_or_default();
        let order = format_ident!("{}", if column.descending { "Desc" } else { "Asc" });
        quote!(::whisper_schema::IndexColumn { attribute: #attribute, order: ::whisper_schema::Order::#order })
    });
    quote! {
        ::whisper_schema::Index {
            key: #key,
            kind: ::whisper_schema::IndexKind::#kind,
            own: #own,
            columns: &[#(#columns),*],
        }
    }
}

fn column(collection: &CollectionInput, field: &FieldInput) -> TokenStream {
    let document = &collection.name;
    let name = format_ident!(
        "{}",
        field.ident.to_string().to_uppercase(),
        span = field.ident.span()
    );
    let key = &field.key;
    let doc = format!(
        "The column `{key}`: {}",
        if field.doc.is_empty() {
            "undocumented."
        } else {
            &field.doc
        }
    );
    quote! {
        #[doc = #doc]
        pub const #name: ::whisper_schema::Column<#document> = ::whisper_schema::Column::new(#key);
    }
}
