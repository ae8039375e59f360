//! Attributes of structs and fields, as the derives read them.

use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr};

/// The attributes with this name.
pub fn attributes<'a>(
    attrs: &'a [Attribute],
    name: &'a str,
) -> impl Iterator<Item = &'a Attribute> {
    attrs.iter().filter(move |attr| attr.path().is_ident(name))
}

/// The text of the doc comment, lines as written.
pub fn doc_of(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attributes(attrs, "doc") {
        if let Ok(pair) = attr.meta.require_name_value()
            && let Expr::Lit(literal) = &pair.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            let line = text.value();
            lines.push(
                line.strip_prefix(' ')
                    .unwrap_or(&line)
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    lines.join("\n").trim().to_owned()
}

/// An error at a node.
pub fn error_at(node: &impl Spanned, message: &str) -> Error {
    Error::new(node.span(), message)
}
