//! `#[retention(…)]`: how long documents stay, and the job that removes them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Ident, LitInt, LitStr, Result, parenthesized};

use crate::attributes::attributes;
use crate::kinds::{FieldInput, KindInput, Shape};

/// One `#[retention(…)]`; a collection may have several, one for each way of its documents to go.
pub enum RetentionInput {
    /// `#[retention(forever = "why")]`
    Forever(LitStr),
    /// `#[retention(until(expires_at), job = "retention")]`
    Until { field: Ident, job: LitStr },
    /// `#[retention(days(created_at) = 90, setting = "activity_retention_days", job = "retention")]`
    Days {
        field: Ident,
        days: LitInt,
        setting: Option<LitStr>,
        job: LitStr,
    },
    /// `#[retention(with = "stories", job = "story-expiry")]`
    With { collection: LitStr, job: LitStr },
}

#[derive(Default)]
struct Parts {
    forever: Option<LitStr>,
    until: Option<Ident>,
    days: Option<(Ident, LitInt)>,
    with: Option<LitStr>,
    setting: Option<LitStr>,
    job: Option<LitStr>,
}

impl RetentionInput {
    pub fn parse_all(attrs: &[Attribute], name: &Ident) -> Result<Vec<Self>> {
        let all = attributes(attrs, "retention").map(Self::parse);
        let all: Vec<Self> = all.collect::<Result<_>>()?;
        if all.is_empty() {
            return Err(Error::new_spanned(
                name,
                "how long do its documents stay? #[retention(forever = \"why\")], #[retention(until(field), job = \"…\")], \
                 #[retention(days(field) = 90, job = \"…\")] or #[retention(with = \"collection\", job = \"…\")]",
            ));
        }
        Ok(all)
    }

    fn parse(attr: &Attribute) -> Result<Self> {
        let mut parts = Parts::default();
        attr.parse_nested_meta(|meta| parts.read(&meta))?;
        let job = parts.job.ok_or_else(|| {
            Error::new_spanned(attr, "`job = \"…\"`: the job that removes them is missing")
        });
        match (parts.forever, parts.until, parts.days, parts.with) {
            (Some(why), None, None, None) => Ok(RetentionInput::Forever(why)),
            (None, Some(field), None, None) => Ok(RetentionInput::Until { field, job: job? }),
            (None, None, Some((field, days)), None) => Ok(RetentionInput::Days {
                field,
                days,
                setting: parts.setting,
                job: job?,
            }),
            (None, None, None, Some(collection)) => Ok(RetentionInput::With {
                collection,
                job: job?,
            }),
            _ => Err(Error::new_spanned(
                attr,
                "exactly one of `forever`, `until`, `days` and `with`",
            )),
        }
    }

    pub fn expand(&self, fields: &[FieldInput]) -> Result<TokenStream> {
        Ok(match self {
            RetentionInput::Forever(why) => {
                quote!(::whisper_schema::Retention::Forever { why: #why })
            }
            RetentionInput::Until { field, job } => {
                let attribute = time(fields, field)?;
                quote!(::whisper_schema::Retention::Until { attribute: #attribute, job: #job })
            }
            RetentionInput::Days {
                field,
                days,
                setting,
                job,
            } => {
                let attribute = time(fields, field)?;
                let setting = match setting {
                    Some(setting) => quote!(Some(#setting)),
                    None => quote!(None),
                };
                quote! {
                    ::whisper_schema::Retention::Days {
                        attribute: #attribute, days: #days, setting: #setting, job: #job,
                    }
                }
            }
            RetentionInput::With {
                collection: of,
                job,
            } => {
                quote!(::whisper_schema::Retention::With { collection: #of, job: #job })
            }
        })
    }
}

impl Parts {
    fn read(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        match meta.path.require_ident()?.to_string().as_str() {
            "forever" => self.forever = Some(meta.value()?.parse()?),
            "with" => self.with = Some(meta.value()?.parse()?),
            "setting" => self.setting = Some(meta.value()?.parse()?),
            "job" => self.job = Some(meta.value()?.parse()?),
            "until" => self.until = Some(field(meta)?),
            "days" => {
                let field = field(meta)?;
                self.days = Some((field, meta.value()?.parse()?));
            }
            _ => {
                return Err(
                    meta.error("expected `forever`, `until`, `days`, `with`, `setting` or `job`")
                );
            }
        }
        Ok(())
    }
}

fn field(meta: &ParseNestedMeta) -> Result<Ident> {
    let inner;
    parenthesized!(inner in meta.input);
    inner.parse()
}

/// The key of a field that holds a time.
fn time<'a>(fields: &'a [FieldInput], field: &Ident) -> Result<&'a str> {
    let found = fields.iter().find(|f| f.ident == *field);
    match found {
        Some(found) if found.kind == KindInput::Datetime && found.shape != Shape::List => {
            Ok(&found.key)
        }
        Some(_) => Err(Error::new_spanned(field, "this is no time")),
        None => Err(Error::new_spanned(field, "no such field")),
    }
}
