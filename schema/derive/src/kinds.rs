//! A field: its attribute's kind, whether it is required or a list, and its default.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Expr, Field, GenericArgument, Ident, LitInt, LitStr, PathArguments, Result, Type,
};

use crate::attributes::{attributes, doc_of, error_at};

/// A field of the struct.
pub struct FieldInput {
    pub ident: Ident,
    pub key: String,
    pub doc: String,
    /// The type without `Option` or `Vec`.
    pub inner: Type,
    pub shape: Shape,
    pub required: bool,
    pub options: FieldOptions,
    pub kind: KindInput,
}

/// How often a field's value stands in the document.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    One,
    Optional,
    List,
}

/// The kind of an attribute, as the type and `#[attr(…)]` give it.
#[derive(PartialEq)]
pub enum KindInput {
    Text,
    Integer,
    Double,
    Boolean,
    Datetime,
    Choice,
    Email,
    Url,
    Ip,
    Bytes,
}

impl FieldInput {
    pub fn parse(field: &Field) -> Result<Self> {
        let Some(ident) = field.ident.clone() else {
            return Err(error_at(field, "a field needs a name"));
        };
        let options = FieldOptions::parse_from(&field.attrs)?;
        let (shape, inner) = match options.bytes {
            Some(_) => shape_of_bytes(&field.ty)?,
            None => shape_of(&field.ty),
        };
        let kind = KindInput::of(&inner, &options)?;
        if options.default.is_some() && (shape != Shape::One || kind == KindInput::Bytes) {
            return Err(error_at(
                field,
                "only a plain field other than bytes can have a default",
            ));
        }
        Ok(FieldInput {
            key: options
                .key
                .clone()
                .unwrap_or_else(|| camel_case(&ident.to_string())),
            doc: doc_of(&field.attrs),
            required: options.required || (shape != Shape::Optional && options.default.is_none()),
            ident,
            inner,
            shape,
            options,
            kind,
        })
    }

    /// The expression of the attribute's `Kind`.
    pub fn kind_expr(&self) -> TokenStream {
        let kind = quote!(::whisper_schema::Kind);
        let min = optional(&self.options.min);
        let max = optional(&self.options.max);
        match self.kind {
            KindInput::Text => {
                let size = &self.options.size;
                quote!(#kind::String { size: #size })
            }
            KindInput::Integer => quote!(#kind::Integer { min: #min, max: #max }),
            KindInput::Double => quote!(#kind::Double { min: #min, max: #max }),
            KindInput::Boolean => quote!(#kind::Boolean),
            KindInput::Datetime => quote!(#kind::Datetime),
            KindInput::Choice => {
                let inner = &self.inner;
                quote!(#kind::Enum { elements: <#inner as ::whisper_schema::Choice>::ELEMENTS })
            }
            KindInput::Email => quote!(#kind::Email),
            KindInput::Url => quote!(#kind::Url),
            KindInput::Ip => quote!(#kind::Ip),
            KindInput::Bytes => {
                let size = &self.options.bytes;
                quote!(#kind::Bytes { size: #size })
            }
        }
    }

    /// The expression of the kind of text that people see of it.
    pub fn text_expr(&self) -> TokenStream {
        match &self.options.text {
            Some(text) => quote!(Some(::whisper_schema::Text::#text)),
            None => quote!(None),
        }
    }

    /// The expression of the attribute's default in the metadata.
    pub fn default_expr(&self) -> TokenStream {
        let Some(default) = &self.options.default else {
            return quote!(None);
        };
        let value = quote!(::whisper_schema::DefaultValue);
        match self.kind {
            KindInput::Integer => quote!(Some(#value::Int(#default))),
            KindInput::Double => quote!(Some(#value::Float(#default))),
            KindInput::Boolean => quote!(Some(#value::Bool(#default))),
            KindInput::Choice => quote!(Some(#value::Str(#default.as_str()))),
            _ => quote!(Some(#value::Str(#default))),
        }
    }

    /// The expression a new document's field starts with.
    pub fn initial_expr(&self) -> TokenStream {
        match (&self.options.default, &self.inner) {
            (Some(default), Type::Path(path)) if path.path.is_ident("String") => {
                quote!(String::from(#default))
            }
            (Some(default), _) => quote!(#default),
            (None, _) => quote!(Default::default()),
        }
    }
}

impl KindInput {
    fn of(inner: &Type, options: &FieldOptions) -> Result<Self> {
        let name = match inner {
            Type::Path(path) => path
                .path
                .segments
                .last()
                .map(|s| s.ident.to_string())
                .unwrap_or_default(),
            _ => String::new(),
        };
        let kind = match name.as_str() {
            _ if options.bytes.is_some() => KindInput::Bytes,
            "u8" => return Err(error_at(inner, "bytes need #[attr(bytes = …)]")),
            "String" => match options.format.as_deref() {
                Some("email") => KindInput::Email,
                Some("url") => KindInput::Url,
                Some("ip") => KindInput::Ip,
                _ => KindInput::Text,
            },
            "i64" => KindInput::Integer,
            "f64" => KindInput::Double,
            "bool" => KindInput::Boolean,
            "Timestamp" => KindInput::Datetime,
            "" => return Err(error_at(inner, "an attribute can't have this type")),
            _ => KindInput::Choice,
        };
        if (kind == KindInput::Text) != options.size.is_some() {
            return Err(error_at(
                inner,
                "a text needs #[attr(size = …)], and nothing else can have one",
            ));
        }
        if !matches!(kind, KindInput::Integer | KindInput::Double)
            && (options.min.is_some() || options.max.is_some())
        {
            return Err(error_at(inner, "only numbers have bounds"));
        }
        if kind != KindInput::Text && options.text.is_some() {
            return Err(error_at(inner, "only a text can be one that people see"));
        }
        if name != "String" && options.format.is_some() {
            return Err(error_at(inner, "only a String can be an email, url or ip"));
        }
        Ok(kind)
    }
}

/// `#[attr(size = 10000, bytes = 1024, stored = 16383, text = Words, key = "type", default = …, min = 0, max = 9, required, url)]`
#[derive(Default)]
pub struct FieldOptions {
    pub key: Option<String>,
    pub size: Option<LitInt>,
    pub bytes: Option<LitInt>,
    pub stored: Option<LitInt>,
    pub text: Option<Ident>,
    pub default: Option<Expr>,
    pub min: Option<Expr>,
    pub max: Option<Expr>,
    pub required: bool,
    pub format: Option<String>,
}

impl FieldOptions {
    fn parse_from(attrs: &[Attribute]) -> Result<Self> {
        let mut options = FieldOptions::default();
        for attr in attributes(attrs, "attr") {
            attr.parse_nested_meta(|meta| {
                let name = meta.path.require_ident()?.to_string();
                match name.as_str() {
                    "key" => options.key = Some(meta.value()?.parse::<LitStr>()?.value()),
                    "size" => options.size = Some(meta.value()?.parse()?),
                    "bytes" => options.bytes = Some(meta.value()?.parse()?),
                    "stored" => options.stored = Some(meta.value()?.parse()?),
                    "text" => options.text = Some(meta.value()?.parse()?),
                    "default" => options.default = Some(meta.value()?.parse()?),
                    "min" => options.min = Some(meta.value()?.parse()?),
                    "max" => options.max = Some(meta.value()?.parse()?),
                    "required" => options.required = true,
                    "email" | "url" | "ip" => options.format = Some(name),
                    _ => return Err(meta.error("unknown option of an attribute")),
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// `Some(…)` or `None`, as code.
pub fn optional(value: &Option<impl quote::ToTokens>) -> TokenStream {
    value
        .as_ref()
        .map_or_else(|| quote!(None), |value| quote!(Some(#value)))
}

fn shape_of(ty: &Type) -> (Shape, Type) {
    if let Type::Path(path) = ty
        && let Some(segment) = path.path.segments.last()
        && let PathArguments::AngleBracketed(arguments) = &segment.arguments
        && let Some(GenericArgument::Type(inner)) = arguments.args.first()
    {
        if segment.ident == "Option" {
            return (Shape::Optional, inner.clone());
        }
        if segment.ident == "Vec" {
            return (Shape::List, inner.clone());
        }
    }
    (Shape::One, ty.clone())
}

/// The shape of a field of bytes, and their type: the list that holds them is one value.
fn shape_of_bytes(ty: &Type) -> Result<(Shape, Type)> {
    let (shape, inner) = match shape_of(ty) {
        (Shape::List, _) => (Shape::One, ty.clone()),
        (shape, inner) => (shape, inner),
    };
    match shape_of(&inner) {
        (Shape::List, Type::Path(byte)) if byte.path.is_ident("u8") => Ok((shape, inner)),
        _ => Err(error_at(
            ty,
            "bytes are a `Vec<u8>` or an `Option<Vec<u8>>`",
        )),
    }
}

pub fn camel_case(snake: &str) -> String {
    let mut camel = String::with_capacity(snake.len());
    let mut upper = false;
    for letter in snake.trim_start_matches("r#").chars() {
        if letter == '_' {
            upper = true;
        } else if upper {
            camel.push(letter.to_ascii_uppercase());
            upper = false;
        } else {
            camel.push(letter);
        }
    }
    camel
}
