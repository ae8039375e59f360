//! Reads: one that gets a connection takes along the waiting ones that ask the same of other documents.
//!
//! A statement is dear, as it is several trips to the host and a hop to another thread there, and much the same
//! whether it answers one or several. Under load requests ask for the same things at the same time.

use std::rc::Rc;

use crate::database::Rows;
use crate::driver::SqlValue;
use crate::error::StoreError;
use crate::line::{Line, Taken, Turn};
use crate::sql::{Answer, Shape};

/// Most reads of one statement. Numbers below it are rounded down to a power of two, so that few texts serve all.
const MOST: usize = 8;
/// Most answers, and most values, of a statement with several reads; SQLite takes 2,000 and 32,766.
const MOST_ANSWERS: usize = 500;
const MOST_VALUES: usize = 8_000;

/// The questions of a read, and their values.
pub(crate) struct Asked {
    shape: Shape,
    /// How many answers it wants.
    width: usize,
    values: Vec<SqlValue>,
}

/// The result of a read: a value for each answer.
pub(crate) type Answered = Result<Vec<SqlValue>, StoreError>;

/// The reads that wait to be taken.
pub(crate) type Reads = Line<Asked, Answered>;

impl Asked {
    pub fn new(answers: Vec<Answer>, values: Vec<SqlValue>) -> Self {
        Asked {
            width: answers.len(),
            shape: Shape::Read {
                answers,
                times: 1,
                each: values.len(),
            },
            values,
        }
    }

    /// With how many others alike it may share a statement, itself included.
    fn most(&self) -> usize {
        let by_answers = MOST_ANSWERS / self.width.max(1);
        let by_values = MOST_VALUES / self.values.len().max(1);
        MOST.min(by_answers).min(by_values).max(1)
    }

    fn is_alike(&self, other: &Asked) -> bool {
        self.shape == other.shape
    }
}

/// An empty line of reads, of which so many lead at once.
pub(crate) fn line(leaders: usize) -> Rc<Reads> {
    Reads::new(leaders)
}

/// Reads, alone or with others. All of a line are to ask the same database.
pub(crate) async fn read(database: &impl Rows, reads: &Rc<Reads>, asked: Asked) -> Answered {
    let ticket = reads.enter(asked);
    loop {
        match ticket.turn().await {
            Turn::Done(answered) => return answered,
            Turn::Lead(_leader) => lead(database, reads).await,
        }
    }
}

/// Answers the first read, and others that ask the same.
async fn lead(database: &impl Rows, reads: &Rc<Reads>) {
    let mut taken = reads.take_alike(Asked::most, Asked::is_alike);
    let Some(times) = taken.places.len().checked_ilog2().map(|log| 1 << log) else {
        return;
    };
    taken.put_back(times);
    if times > 1 && together(database, &mut taken).await {
        return;
    }
    while let Some(place) = taken.places.first().map(Rc::clone) {
        let Asked { shape, values, .. } = &place.work;
        let answered = database.row(shape, values.clone()).await;
        taken.places.remove(0);
        place.answer(answered);
    }
}

/// Answers all of them by one statement. False when that failed: one of them may be to blame, which is no reason for
/// the others to fail.
async fn together(database: &impl Rows, taken: &mut Taken<Asked, Answered>) -> bool {
    let first = &taken.places[0].work;
    let width = first.width;
    let shape = first.shape.times(taken.places.len());
    let values = taken.places.iter().flat_map(|place| &place.work.values);
    let values = values.cloned().collect();
    let answered = database.row(&shape, values).await;
    match answered {
        Ok(row) if row.len() == width * taken.places.len() => {
            let mut row = row.into_iter();
            for place in taken.places.drain(..) {
                place.answer(Ok(row.by_ref().take(width).collect()));
            }
            true
        }
        // The statement was tried again for as long as a request may wait, so each read gets the error.
        Err(StoreError::Busy) => {
            for place in taken.places.drain(..) {
                place.answer(Err(StoreError::Busy));
            }
            true
        }
        _ => false,
    }
}
