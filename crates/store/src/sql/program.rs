//! Commits as one statement: the operations of a batch, as a trigger of the connection.
//!
//! Each statement is a trip to the host, and those between BEGIN and COMMIT are made while everybody else waits for
//! the write lock. So the statements of a batch stand in a trigger on a temporary view that has a column for each of
//! their values: inserting a row into the view carries them out, inserting several rows does so for several batches,
//! one after the other. SQLite undoes all of it when one of them fails.

use std::cell::OnceCell;
use std::fmt::Write;
use std::rc::Rc;

use sea_query::{Expr, ExprTrait, Query};

use super::build::expectation;
use super::sort::Sort;
use super::text::{Name, TIME, Text};
use super::{OnExisting, Shape};
use crate::bind::Slot;
use crate::clock::FARTHEST_AHEAD;
use crate::driver::{Dialect, DriverError};

/// Most columns of a program's view; SQLite takes 2,000.
pub(crate) const MOST_COLUMNS: usize = 1000;
/// Most batches that go in together; numbers in between are filled up with rows of nothing.
const MOST_ROWS_LOG: usize = 6;
/// Most rows of a statement that returns their results. With more of them unread a host may have to wait before it can
/// end the statement, while everybody waits for the lock.
const MOST_TELLING_ROWS: usize = 4;
/// Programs kept for a connection. A component has a dozen; more would be batches of ever other forms.
const MOST_PROGRAMS: usize = 48;

/// The table that keeps a program's results until they are read: the time at 0, the rows that a statement changed
/// behind it.
const MAKE_RESULTS: &str =
    "CREATE TEMP TABLE IF NOT EXISTS _result (id INTEGER PRIMARY KEY, value INTEGER)";
/// The statement that takes the time of a commit, for a connection that holds the lock.
pub(crate) fn time_under_lock() -> String {
    let least = "?1";
    format!(
        "UPDATE _clock SET at = iif(at BETWEEN {least} AND {least} + {FARTHEST_AHEAD}, at, {least}) RETURNING at"
    )
}

/// How a broken condition begins to say which it is.
const UNMET: &str = "unmet condition ";

/// A statement of a program, and which of its values are the time of the commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stage {
    pub shape: Shape,
    pub times: Vec<bool>,
}

/// The statements of batches of one form, as a trigger that carries them out.
#[derive(Debug)]
pub(crate) struct Program {
    name: String,
    make: [String; 2],
    width: usize,
    is_timed: bool,
    /// The statements whose number of changed rows is asked.
    counted: Vec<usize>,
    inserts: [OnceCell<String>; MOST_ROWS_LOG + 1],
}

impl Program {
    /// The program of these statements; none if they are too much for one. Its number makes its name.
    pub fn new(number: usize, stages: &[Stage]) -> Option<Program> {
        let values = stages.iter().flat_map(|stage| &stage.times);
        let width = 1 + values.filter(|is_time| !*is_time).count();
        let conditions = stages.iter().map(|stage| match &stage.shape {
            Shape::Expect(expectations) => expectations.len(),
            _ => 1,
        });
        if width > MOST_COLUMNS || conditions.sum::<usize>() > MOST_COLUMNS / 10 {
            return None;
        }
        let is_timed = stages.iter().any(Stage::is_timed);
        let name = format!("_commit{number}");
        let columns =
            |what: fn(usize) -> String| (0..width).map(what).collect::<Vec<_>>().join(",");
        let names = columns(|at| format!("c{at}"));
        let nothing = columns(|_| "NULL".to_owned());
        let view = format!("CREATE TEMP VIEW IF NOT EXISTS {name} ({names}) AS SELECT {nothing}");
        let mut trigger = format!(
            "CREATE TEMP TRIGGER IF NOT EXISTS {name}_in INSTEAD OF INSERT ON {name} WHEN NEW.c0 IS NOT NULL BEGIN\n"
        );
        if is_timed {
            trigger += &format!(
                "UPDATE _clock SET at = NEW.c0 WHERE at NOT BETWEEN NEW.c0 AND NEW.c0 + {FARTHEST_AHEAD};\n\
                 INSERT OR REPLACE INTO _result (id, value) SELECT 0, at FROM _clock;\n"
            );
        }
        let mut first = 1;
        for (number, stage) in stages.iter().enumerate() {
            first = stage.write(&mut trigger, number, first);
        }
        trigger += "END";
        let is_counted = |(_, stage): &(usize, &Stage)| stage.is_counted();
        let counted = stages.iter().enumerate().filter(is_counted);
        Some(Program {
            counted: counted.map(|(number, _)| number).collect(),
            name,
            make: [view, trigger],
            width,
            is_timed,
            inserts: Default::default(),
        })
    }

    /// How many values a batch has in it: the time, then its own.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether it needs the time of the commit.
    pub fn is_timed(&self) -> bool {
        self.is_timed
    }

    /// The statements whose number of changed rows is told, in the order in which it is.
    pub fn counted(&self) -> &[usize] {
        &self.counted
    }

    /// How many batches may go in together, given the most values of a statement.
    pub fn most_rows(&self, most_values: usize) -> usize {
        if !self.counted.is_empty() {
            return 1;
        }
        let rows = (most_values / self.width).clamp(1, 1 << MOST_ROWS_LOG);
        1 << rows.ilog2()
    }

    /// The statement for so many batches, how many rows it has, and whether it returns their results.
    pub fn insert(&self, batches: usize) -> (&str, usize, bool) {
        let log = (batches.next_power_of_two().ilog2() as usize).min(MOST_ROWS_LOG);
        let rows = 1 << log;
        let tells = self.has_results() && rows <= MOST_TELLING_ROWS;
        let sql = self.inserts[log].get_or_init(|| {
            let row = format!("({})", vec!["?"; self.width].join(","));
            let rows = vec![row.as_str(); rows].join(",");
            let mut sql = format!("INSERT INTO {} VALUES {rows}", self.name);
            if tells {
                sql += " RETURNING ";
                sql += &self.results();
            }
            sql
        });
        (sql, rows, tells)
    }

    /// The statement that reads the results after the program has run; none if it has none.
    pub fn ask(&self) -> Option<String> {
        self.has_results()
            .then(|| format!("SELECT {}", self.results()))
    }

    fn has_results(&self) -> bool {
        self.is_timed || !self.counted.is_empty()
    }

    /// The time, if there is one, and how many rows were changed by each statement that is asked.
    fn results(&self) -> String {
        let time = self.is_timed.then_some(0);
        let counted = self.counted.iter().map(|number| number + 1);
        let ids = time.into_iter().chain(counted);
        let result = |id| format!("(SELECT value FROM _result WHERE id = {id})");
        ids.map(result).collect::<Vec<_>>().join(", ")
    }
}

impl Stage {
    pub(super) fn is_timed(&self) -> bool {
        let in_list = match &self.shape {
            Shape::InsertList { timed, .. } | Shape::UpdateList { timed, .. } => !timed.is_empty(),
            _ => false,
        };
        in_list || self.times.contains(&true)
    }

    fn is_counted(&self) -> bool {
        matches!(self.shape, Shape::DeleteSome { .. })
    }

    /// Writes the statement and the check of its expectations or of its number of changed rows, given the first column
    /// of its values. Gives the first column of the next statement.
    fn write(&self, trigger: &mut String, number: usize, first: usize) -> usize {
        // Writing to a text never fails.
        let columns = Columns {
            first,
            times: &self.times,
            sign: match self.shape {
                // Else the columns of VALUES have the names of the columns that stand in them.
                Shape::UpdateMany { .. } => "+",
                _ => "",
            },
        };
        if let Shape::Expect(expectations) = &self.shape {
            for (at, each) in expectations.iter().enumerate() {
                let mut unless = Query::select();
                unless
                    .expr(Expr::cust(format!("RAISE(ABORT, '{UNMET}{number} {at}')")))
                    .and_where(expectation(each, Dialect::Sqlite).not());
                let mut text = Text::with_names(&columns, Dialect::Sqlite);
                text.write(&unless);
                let _ = writeln!(trigger, "{text};");
            }
            return columns.end();
        }
        let mut text = Text::with_names(&columns, Dialect::Sqlite);
        self.shape.write(&mut text, false);
        let _ = writeln!(trigger, "{text};");
        match &self.shape {
            Shape::Insert { existing, .. } | Shape::InsertList { existing, .. }
                if *existing == OnExisting::Conflict => {}
            Shape::Insert { rows, .. } | Shape::UpdateMany { rows, .. } => {
                let _ = writeln!(trigger, "{}", unmet_unless(number, &rows.to_string()));
            }
            Shape::InsertList { .. } | Shape::UpdateList { .. } => {
                let rows = format!("json_array_length(NEW.c{first})");
                let _ = writeln!(trigger, "{}", unmet_unless(number, &rows));
            }
            Shape::Update { .. } | Shape::Delete { .. } => {
                let _ = writeln!(trigger, "{}", unmet_unless(number, "1"));
            }
            Shape::DeleteSome { .. } => {
                let _ = writeln!(
                    trigger,
                    "INSERT OR REPLACE INTO _result (id, value) VALUES ({}, changes());",
                    number + 1
                );
            }
            Shape::Read { .. } | Shape::Expect(_) | Shape::Changes => {}
        }
        columns.end()
    }
}

/// Fails the program unless its last statement changed so many rows.
fn unmet_unless(number: usize, rows: &str) -> String {
    format!("SELECT RAISE(ABORT, '{UNMET}{number} 0') WHERE changes() <> {rows};")
}

/// The condition of a program that wasn't met, by the number of its statement and the place in it.
pub(crate) fn unmet(error: &DriverError) -> Option<(usize, usize)> {
    let DriverError::Other(message) = error else {
        return None;
    };
    let (_, numbers) = message.split_once(UNMET)?;
    let mut numbers = numbers.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The columns of a statement's values, from the first on.
#[derive(Debug)]
struct Columns<'a> {
    first: usize,
    times: &'a [bool],
    sign: &'static str,
}

impl Columns<'_> {
    fn end(&self) -> usize {
        self.first + self.times.iter().filter(|is_time| !*is_time).count()
    }
}

impl Name for Columns<'_> {
    fn write(&self, slot: Slot, _: Sort, sql: &mut String) {
        let _ = match self.times.get(slot) {
            Some(false) => {
                let before = self.times[..slot].iter().filter(|is_time| !*is_time);
                write!(sql, "{}NEW.c{}", self.sign, self.first + before.count())
            }
            Some(true) => sql.write_str("(SELECT at FROM _clock)"),
            None if slot == TIME => sql.write_str("(SELECT at FROM _clock)"),
            None => sql.write_str("NULL"),
        };
    }
}

/// The programs that a connection has, those used last at the end.
#[derive(Default)]
pub(crate) struct Made(Vec<Rc<Program>>);

impl Made {
    /// The statements that have to be run before the program can be used; none if it is there.
    pub fn missing(&mut self, program: &Rc<Program>) -> Vec<String> {
        let known = self.0.iter().position(|it| Rc::ptr_eq(it, program));
        if let Some(known) = known {
            self.0[known..].rotate_left(1);
            return Vec::new();
        }
        let mut statements = Vec::new();
        if self.0.len() >= MOST_PROGRAMS {
            let oldest = self.0.remove(0);
            statements.push(format!("DROP VIEW IF EXISTS {}", oldest.name));
        }
        if program.has_results() && !self.0.iter().any(|it| it.has_results()) {
            statements.push(MAKE_RESULTS.to_owned());
        }
        statements.extend(program.make.iter().cloned());
        statements
    }

    /// Hears that it is there now.
    pub fn add(&mut self, program: &Rc<Program>) {
        self.0.push(Rc::clone(program));
    }
}
