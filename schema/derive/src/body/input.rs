//! `#[body(…)]` and `#[field(…)]`, read.

use syn::{
    Attribute, Expr, ExprRange, Field, GenericArgument, Ident, LitStr, Path, PathArguments,
    RangeLimits, Result, Type,
};

use crate::attributes::{attributes, doc_of, error_at};
use crate::kinds::camel_case;

/// `#[body(of = Story, changes = Story, check = Self::check, rule = "{…}", example = "{…}", tag = "…", content = "…", default = "…")]`
#[derive(Default)]
pub struct BodyOptions {
    /// Document with the attributes whose rules the fields of the same names keep.
    pub of: Option<Path>,
    /// Whether it changes such a document.
    pub changes: bool,
    /// Function that looks at the whole.
    pub check: Option<Path>,
    /// JSON Schema of the rules that `check` holds, for the API document.
    pub rules: Vec<Expr>,
    pub examples: Vec<LitStr>,
    pub tag: Option<LitStr>,
    pub content: Option<LitStr>,
    pub default: Option<LitStr>,
}

impl BodyOptions {
    pub fn parse_from(attrs: &[Attribute]) -> Result<Self> {
        let mut options = BodyOptions::default();
        for attr in attributes(attrs, "body") {
            attr.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "of" => options.of = Some(meta.value()?.parse()?),
                    "changes" => {
                        options.of = Some(meta.value()?.parse()?);
                        options.changes = true;
                    }
                    "check" => options.check = Some(meta.value()?.parse()?),
                    "rule" => options.rules.push(meta.value()?.parse()?),
                    "example" => options.examples.push(meta.value()?.parse()?),
                    "tag" => options.tag = Some(meta.value()?.parse()?),
                    "content" => options.content = Some(meta.value()?.parse()?),
                    "default" => options.default = Some(meta.value()?.parse()?),
                    _ => return Err(meta.error("unknown option of a body")),
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// How a field's type says whether it must be there.
#[derive(Clone, Copy, PartialEq)]
pub enum Presence {
    /// `T`
    Required,
    /// `T` with a default.
    Defaulted,
    /// `Option<T>`
    Optional,
    /// `Change<T>`
    Change,
    /// `Vec<T>`: a missing one is empty.
    List,
    /// A part whose fields stand in the same object.
    Flattened,
}

/// A field of the struct.
pub struct BodyField {
    pub ident: Ident,
    pub key: String,
    pub doc: String,
    pub presence: Presence,
    /// The type that is read: without `Option` or `Change`.
    pub ty: Type,
    pub options: FieldOptions,
}

/// `#[field(key = "type", of = Story, as = "attribute", apart, size = 1..=9, count = 0..=9, unique, range = 0..=9, is = FORM, default = …, required, flatten)]`
#[derive(Default)]
pub struct FieldOptions {
    pub key: Option<LitStr>,
    /// Document of the attribute whose rules it keeps, if another than the struct's.
    pub of: Option<Path>,
    /// Key of that attribute, if another than the field's.
    pub named: Option<LitStr>,
    /// Whether it is no attribute of the struct's document.
    pub apart: bool,
    pub size: Option<ExprRange>,
    pub count: Option<ExprRange>,
    /// Whether an element of the list may stand there once only.
    pub unique: bool,
    pub range: Option<ExprRange>,
    pub is: Option<Path>,
    /// The kind of text that people see of it: `Words` or `Name`.
    pub text: Option<Ident>,
    pub default: Option<Expr>,
    pub required: bool,
    pub flatten: bool,
}

impl BodyField {
    pub fn parse(field: &Field) -> Result<Self> {
        let Some(ident) = field.ident.clone() else {
            return Err(error_at(field, "a field needs a name"));
        };
        let options = FieldOptions::parse_from(&field.attrs)?;
        let (presence, ty) = presence_of(&field.ty, &options);
        Ok(BodyField {
            key: options
                .key
                .as_ref()
                .map_or_else(|| camel_case(&ident.to_string()), LitStr::value),
            doc: doc_of(&field.attrs),
            ident,
            presence,
            ty,
            options,
        })
    }
}

impl FieldOptions {
    fn parse_from(attrs: &[Attribute]) -> Result<Self> {
        let mut options = FieldOptions::default();
        for attr in attributes(attrs, "field") {
            attr.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "key" => options.key = Some(meta.value()?.parse()?),
                    "of" => options.of = Some(meta.value()?.parse()?),
                    "named" => options.named = Some(meta.value()?.parse()?),
                    "apart" => options.apart = true,
                    "size" => options.size = Some(range(meta.value()?.parse()?)?),
                    "count" => options.count = Some(range(meta.value()?.parse()?)?),
                    "unique" => options.unique = true,
                    "range" => options.range = Some(range(meta.value()?.parse()?)?),
                    "text" => options.text = Some(meta.value()?.parse()?),
                    "is" => options.is = Some(meta.value()?.parse()?),
                    "default" => options.default = Some(meta.value()?.parse()?),
                    "required" => options.required = true,
                    "flatten" => options.flatten = true,
                    _ => return Err(meta.error("unknown option of a field")),
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

fn range(expr: Expr) -> Result<ExprRange> {
    match expr {
        Expr::Range(range)
            if matches!(range.limits, RangeLimits::Closed(_))
                && range.start.is_some()
                && range.end.is_some() =>
        {
            Ok(range)
        }
        other => Err(error_at(&other, "expected least..=most")),
    }
}

fn presence_of(ty: &Type, options: &FieldOptions) -> (Presence, Type) {
    if options.flatten {
        return (Presence::Flattened, ty.clone());
    }
    if let Type::Path(path) = ty
        && let Some(segment) = path.path.segments.last()
        && let PathArguments::AngleBracketed(arguments) = &segment.arguments
        && let Some(GenericArgument::Type(inner)) = arguments.args.first()
    {
        match segment.ident.to_string().as_str() {
            "Option" => return (Presence::Optional, inner.clone()),
            "Change" => return (Presence::Change, inner.clone()),
            "Vec" | "Distinct" if !options.required => return (Presence::List, ty.clone()),
            _ => {}
        }
    }
    match options.default {
        Some(_) => (Presence::Defaulted, ty.clone()),
        None => (Presence::Required, ty.clone()),
    }
}
