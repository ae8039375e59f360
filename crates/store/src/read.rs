//! Several reads in one statement.

use std::vec;

use whisper_schema::Document;

use crate::bind::Binds;
use crate::columns::{ID, REVISION, SEQ};
use crate::decode;
use crate::doc::{Cursor, Doc, Page};
use crate::error::StoreError;
use crate::query::{Count, First, Get, Paged, Query, Selection, Way};
use crate::sql::{Answer, Table, select};

/// The questions that [`Store::read`](crate::Store::read) can answer: [`Get`], [`Query`], [`Query::first`],
/// [`Query::page`], [`Query::count`], an `Option` or a `Vec` of them, and tuples of all these.
pub trait ReadSet {
    /// The type of the answer.
    type Output;

    /// Adds its questions to the statement.
    #[doc(hidden)]
    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError>;

    /// Takes its answers off the statement's row.
    #[doc(hidden)]
    fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError>;
}

/// The questions of one statement.
#[doc(hidden)]
#[derive(Default)]
pub struct Questions {
    pub(crate) shapes: Vec<Answer>,
    pub(crate) binds: Binds,
}

impl Questions {
    /// Whether one asks for documents in the order of commits, up to where none comes in between.
    pub(crate) fn is_of_order(&self) -> bool {
        self.shapes.iter().any(|shape| match shape {
            Answer::Rows(rows) => rows.is_settled || rows.gapless_behind.is_some(),
            Answer::One { .. } | Answer::Count { .. } => false,
        })
    }

    /// The tables that are asked.
    pub(crate) fn tables(&self) -> impl Iterator<Item = Table> {
        self.shapes.iter().map(|shape| match shape {
            Answer::Rows(rows) => rows.table,
            Answer::One { table, .. } | Answer::Count { table, .. } => *table,
        })
    }

    /// Binds the values of lists one by one, for a database that takes no lists.
    pub(crate) fn spread(&mut self) {
        for shape in &mut self.shapes {
            match shape {
                Answer::One { .. } => {}
                Answer::Rows(rows) => {
                    rows.condition.spread(&mut self.binds);
                    if let Some(tail) = &mut rows.tail {
                        tail.spread(&mut self.binds);
                    }
                }
                Answer::Count { condition, .. } => condition.spread(&mut self.binds),
            }
        }
    }
}

/// The answers, in the order of the questions.
#[doc(hidden)]
pub struct Answers(vec::IntoIter<crate::SqlValue>);

impl Answers {
    pub(crate) fn new(row: Vec<crate::SqlValue>) -> Self {
        Answers(row.into_iter())
    }

    fn next(&mut self) -> Result<crate::SqlValue, StoreError> {
        self.0
            .next()
            .ok_or_else(|| StoreError::Internal("a read has fewer answers than questions".into()))
    }
}

/// Asks for the documents of a query, and `extra` more.
fn ask_rows<D: Document>(
    selection: &Selection,
    extra: u32,
    questions: &mut Questions,
) -> Result<(), StoreError> {
    let rows = select::lower(D::COLLECTION, selection, extra, &mut questions.binds)?;
    questions.shapes.push(Answer::Rows(rows));
    Ok(())
}

impl<D: Document> ReadSet for Get<D> {
    type Output = Option<Doc<D>>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        let id = questions.binds.text(&self.id);
        questions.shapes.push(Answer::One {
            table: Table(D::COLLECTION),
            id,
        });
        Ok(())
    }

    fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError> {
        decode::one(answers.next()?)
    }
}

impl<D: Document> ReadSet for Query<D> {
    type Output = Vec<Doc<D>>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        ask_rows::<D>(&self.selection, 0, questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError> {
        let mut docs = decode::many(answers.next()?)?;
        if matches!(self.selection.from, Some((Way::Before, _))) {
            docs.reverse();
        }
        Ok(docs)
    }
}

impl<D: Document> ReadSet for First<D> {
    type Output = Option<Doc<D>>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError> {
        Ok(self.0.take(answers)?.into_iter().next())
    }
}

impl<D: Document> ReadSet for Paged<D> {
    type Output = Page<D>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        // One more than wanted tells whether there are more.
        ask_rows::<D>(&self.0.selection, 1, questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError> {
        into_page(decode::many(answers.next()?)?, &self.0.selection)
    }
}

/// Makes a page of documents that come in the order they were walked.
fn into_page<D: Document>(
    mut docs: Vec<Doc<D>>,
    selection: &Selection,
) -> Result<Page<D>, StoreError> {
    let limit = selection.limit as usize;
    let more = docs.len() > limit;
    docs.truncate(limit);
    let backwards = matches!(selection.from, Some((Way::Before, _)));
    if backwards {
        docs.reverse();
    }
    let cursor = |doc: Option<&Doc<D>>| doc.map(|doc| cursor(doc, selection)).transpose();
    let (first, last) = (cursor(docs.first())?, cursor(docs.last())?);
    // On the side it came from there is at least the document the cursor was made of.
    let (previous, next) = match selection.from {
        None => (false, more),
        Some((Way::After, _)) => (true, more),
        Some((Way::Before, _)) => (more, true),
    };
    Ok(Page {
        items: docs,
        next: last.clone().filter(|_| next),
        previous: first.clone().filter(|_| previous),
        first,
        last,
    })
}

/// The place of a document in the selection's order. A column without a value is NULL there: one with a default
/// always has one.
fn cursor<D: Document>(doc: &Doc<D>, selection: &Selection) -> Result<Cursor, StoreError> {
    let fields = serde_json::to_value(&doc.value)
        .map_err(|error| StoreError::Internal(format!("a cursor can't be made: {error}")))?;
    let value = |column: &str| match column {
        ID => doc.value.id().into(),
        SEQ => doc.seq.into(),
        REVISION => doc.revision.into(),
        column => fields.get(column).cloned().unwrap_or_default(),
    };
    let orders = selection.orders.iter();
    Ok(Cursor {
        values: orders.map(|(column, _)| value(column)).collect(),
        seq: doc.seq,
    })
}

impl<D: Document> ReadSet for Count<D> {
    type Output = u64;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        let selection = &self.query.selection;
        let condition =
            select::lower_filters(D::COLLECTION, &selection.filters, &mut questions.binds)?;
        let limit = questions.binds.count(self.max);
        questions.shapes.push(Answer::Count {
            table: Table(D::COLLECTION),
            condition,
            limit,
        });
        Ok(())
    }

    fn take(self, answers: &mut Answers) -> Result<u64, StoreError> {
        decode::count(answers.next()?)
    }
}

/// Nothing.
impl ReadSet for () {
    type Output = ();

    fn ask(&self, _: &mut Questions) -> Result<(), StoreError> {
        Ok(())
    }

    fn take(self, _: &mut Answers) -> Result<(), StoreError> {
        Ok(())
    }
}

impl<R: ReadSet> ReadSet for Option<R> {
    type Output = Option<R::Output>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.as_ref().map_or(Ok(()), |part| part.ask(questions))
    }

    fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError> {
        self.map(|part| part.take(answers)).transpose()
    }
}

impl<R: ReadSet> ReadSet for Vec<R> {
    type Output = Vec<R::Output>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.iter().try_for_each(|part| part.ask(questions))
    }

    fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError> {
        self.into_iter().map(|part| part.take(answers)).collect()
    }
}

macro_rules! tuples {
    ($(($($part:ident $number:tt),+);)+) => {$(
        impl<$($part: ReadSet),+> ReadSet for ($($part,)+) {
            type Output = ($($part::Output,)+);

            fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
                $(self.$number.ask(questions)?;)+
                Ok(())
            }

            fn take(self, answers: &mut Answers) -> Result<Self::Output, StoreError> {
                Ok(($(self.$number.take(answers)?,)+))
            }
        }
    )+};
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
}
