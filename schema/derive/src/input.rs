//! The attributes and fields of the struct, read and checked.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;

use syn::{
    Attribute, Data, DeriveInput, Error, Fields, Ident, LitInt, LitStr, Result, Token,
    parenthesized,
};

use crate::access::AccessInput;
use crate::attributes::{attributes, doc_of};
use crate::kinds::{FieldInput, KindInput};
use crate::parts;
use crate::retention::RetentionInput;

/// More fields than this don't fit the bit set the derived code keeps.
const MAXIMUM_FIELDS: usize = 63;

/// A struct with `#[derive(Collection)]`.
pub struct CollectionInput {
    pub name: Ident,
    pub doc: String,
    pub options: CollectionOptions,
    pub access: AccessInput,
    pub retention: Vec<RetentionInput>,
    /// The days of a part.
    pub parts: Option<LitInt>,
    pub indexes: Vec<IndexInput>,
    /// The attributes, without the id.
    pub fields: Vec<FieldInput>,
}

impl CollectionInput {
    pub fn parse(input: &DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new_spanned(
                &input.ident,
                "only a struct can be a collection",
            ));
        };
        let Fields::Named(named) = &data.fields else {
            return Err(Error::new_spanned(
                &input.ident,
                "a collection's fields have names",
            ));
        };
        let mut fields = named.named.iter();
        if fields
            .next()
            .and_then(|f| f.ident.as_ref())
            .is_none_or(|ident| ident != "id")
        {
            return Err(Error::new_spanned(
                &input.ident,
                "the first field must be `pub id: String`",
            ));
        }
        let fields = fields.map(FieldInput::parse).collect::<Result<Vec<_>>>()?;
        if fields.len() > MAXIMUM_FIELDS {
            return Err(Error::new_spanned(
                &input.ident,
                "a collection has at most 63 attributes",
            ));
        }
        let retention = RetentionInput::parse_all(&input.attrs, &input.ident)?;
        let collection = CollectionInput {
            name: input.ident.clone(),
            doc: doc_of(&input.attrs),
            options: CollectionOptions::parse_from(&input.attrs, input.ident.span())?,
            access: AccessInput::parse_from(&input.attrs, &input.ident)?,
            parts: parts::parse(&input.attrs, &retention)?,
            retention,
            indexes: attributes(&input.attrs, "index")
                .map(Attribute::parse_args)
                .collect::<Result<_>>()?,
            fields,
        };
        collection.check_indexes()?;
        collection.check_bytes()?;
        Ok(collection)
    }

    /// The key of an index column's attribute.
    pub fn key_of(&self, field: &Ident) -> Option<&str> {
        self.fields
            .iter()
            .find(|f| f.ident == *field)
            .map(|f| f.key.as_str())
    }

    /// Bytes are the server's own: they stand in no answer, and Appwrite has no such attribute.
    fn check_bytes(&self) -> Result<()> {
        let mut fields = self.fields.iter();
        let Some(bytes) = fields.find(|field| field.kind == KindInput::Bytes) else {
            return Ok(());
        };
        let mut columns = self.indexes.iter().flat_map(|index| &index.columns);
        let why = if !self.options.system {
            "only a `system` collection has bytes"
        } else if columns.any(|column| column.field == bytes.ident) {
            "bytes have no index"
        } else {
            return Ok(());
        };
        Err(Error::new_spanned(&bytes.ident, why))
    }

    fn check_indexes(&self) -> Result<()> {
        for column in self.indexes.iter().flat_map(|index| &index.columns) {
            if self.key_of(&column.field).is_none() {
                return Err(Error::new_spanned(&column.field, "no such field to index"));
            }
        }
        let unique = self.indexes.iter().find(|index| index.kind == "Unique");
        if let (Some(_), Some(unique)) = (&self.parts, unique) {
            return Err(Error::new_spanned(
                &unique.key,
                "documents in parts have no unique values but their ids",
            ));
        }
        Ok(())
    }
}

/// `#[collection(database = "mainDB", id = "messages", name = "Messages", system)]`
pub struct CollectionOptions {
    pub database: LitStr,
    pub id: LitStr,
    pub name: LitStr,
    pub document_security: bool,
    pub system: bool,
    pub monotonic: bool,
}

impl CollectionOptions {
    fn parse_from(attrs: &[Attribute], span: Span) -> Result<Self> {
        let (mut database, mut id, mut name) = (None, None, None);
        let (mut document_security, mut system, mut monotonic) = (false, false, false);
        for attr in attributes(attrs, "collection") {
            attr.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "database" => database = Some(meta.value()?.parse()?),
                    "id" => id = Some(meta.value()?.parse()?),
                    "name" => name = Some(meta.value()?.parse()?),
                    "document_security" => document_security = true,
                    "system" => system = true,
                    "monotonic" => monotonic = true,
                    _ => return Err(meta.error("unknown option of a collection")),
                }
                Ok(())
            })?;
        }
        let missing = |what| Error::new(span, format!("#[collection({what} = \"…\")] is missing"));
        Ok(CollectionOptions {
            database: database.ok_or_else(|| missing("database"))?,
            id: id.ok_or_else(|| missing("id"))?,
            name: name.ok_or_else(|| missing("name"))?,
            document_security,
            system,
            monotonic,
        })
    }
}

/// `#[index(unique idx_name(field, other_field desc))]`
pub struct IndexInput {
    pub key: Ident,
    /// `own`: of the server, beyond the facts.
    pub own: bool,
    pub kind: Ident,
    pub columns: Punctuated<ColumnInput, Token![,]>,
}

impl Parse for IndexInput {
    fn parse(input: ParseStream) -> Result<Self> {
        let first: Ident = input.parse()?;
        let own = first == "own";
        let (kind, key) = if input.peek(Ident) {
            let kind = match first.to_string().as_str() {
                "key" | "own" => "Key",
                "unique" => "Unique",
                "words" => "Words",
                _ => {
                    return Err(Error::new(
                        first.span(),
                        "expected `key`, `own`, `unique` or `words`",
                    ));
                }
            };
            (Ident::new(kind, first.span()), input.parse()?)
        } else {
            (Ident::new("Key", first.span()), first)
        };
        let columns;
        parenthesized!(columns in input);
        Ok(IndexInput {
            own: own && kind == "Key",
            key,
            kind,
            columns: columns.parse_terminated(ColumnInput::parse, Token![,])?,
        })
    }
}

/// A field in an index, with `desc` if greatest first.
pub struct ColumnInput {
    pub field: Ident,
    pub descending: bool,
}

impl Parse for ColumnInput {
    fn parse(input: ParseStream) -> Result<Self> {
        let field = input.parse()?;
        let order: Option<Ident> = input.parse()?;
        let descending = match &order {
            Some(order) if order == "desc" => true,
            Some(order) if order != "asc" => {
                return Err(Error::new(order.span(), "expected `asc` or `desc`"));
            }
            _ => false,
        };
        Ok(ColumnInput { field, descending })
    }
}
