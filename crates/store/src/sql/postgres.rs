//! Commits in PostgreSQL: the operations of a batch as a function of the database's.
//!
//! A call of it is one round trip for a group of batches of one form. Each batch has a subtransaction of its own, so each gets its own
//! result; and the database plans the statements once for a connection, which it doesn't do for those of a client that Spin prepares anew.

use std::fmt::Write;

use sea_query::Query;
use sha2::{Digest, Sha256};
use whisper_schema::Hex;

use super::build::expectation;
use super::sort::Sort;
use super::text::{Name, TIME, Text};
use super::{OnExisting, Shape, Stage};
use crate::bind::Slot;
use crate::driver::{Dialect, SqlValue};

/// The most batches of a call: more subtransactions than PostgreSQL keeps in memory would cost every other reader.
pub(crate) const MOST_BATCHES: usize = 64;
/// Functions of more statements than this are made for one call, and not kept: hardly any other batch has their form.
const MOST_KEPT: usize = 48;
/// How the names of kept functions begin. Migrations forget them all.
const KEPT_NAME: &str = "whisper_commit_";

/// The statements of batches of one form, as a function.
#[derive(Debug)]
pub(crate) struct Routine {
    /// The statement that makes it.
    pub make: String,
    /// The statement that calls it: with the time by the clock, the ids to lock, the values of the batches, their number, and 1
    /// if it is to wait for the disk, else 0.
    pub call: String,
    /// The statement that takes it away again, of one that isn't kept.
    pub forget: Option<String>,
    /// The statements whose number of changed rows is told, in the order in which it is.
    pub counted: Vec<usize>,
}

impl Routine {
    /// The function of these statements.
    pub fn new(stages: &[Stage]) -> Routine {
        let counted: Vec<usize> = (0..stages.len())
            .filter(|number| matches!(stages[*number].shape, Shape::DeleteSome { .. }))
            .collect();
        let rest = text(stages, &counted);
        let hash = Sha256::digest(rest.as_bytes());
        let hash: String = hash[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let is_kept = stages.iter().map(statements).sum::<usize>() <= MOST_KEPT;
        let (make, name) = match is_kept {
            true => ("CREATE FUNCTION", format!("{KEPT_NAME}{hash}")),
            false => (
                "CREATE OR REPLACE FUNCTION",
                format!("pg_temp.whisper_once_{hash}"),
            ),
        };
        let types = "bigint, text[], text[], bigint, bigint";
        Routine {
            make: format!("{make} {name}{rest}"),
            call: format!(
                "SELECT {name}($1::bigint, $2::text[], $3::text[], $4::bigint, $5::bigint)"
            ),
            forget: (!is_kept).then(|| format!("DROP FUNCTION IF EXISTS {name}({types})")),
            counted,
        }
    }
}

/// How many statements carry it out.
fn statements(stage: &Stage) -> usize {
    match &stage.shape {
        Shape::Expect(expectations) => expectations.len(),
        _ => 1,
    }
}

/// The text of the function, from its parameters on. For each batch it appends to `w_r` a list: 0 and the numbers of rows; 1, a
/// statement and a place in it whose condition isn't met; 2, the table and the index of a conflict; or 3, a code and a message.
fn text(stages: &[Stage], counted: &[usize]) -> String {
    let values = stages.iter().flat_map(|stage| &stage.times);
    let width = values.filter(|is_time| !*is_time).count();
    let (mut body, mut first) = (String::new(), 1);
    for (number, stage) in stages.iter().enumerate() {
        first = write_stage(&mut body, stage, number, first);
    }
    let (time, given) = match stages.iter().any(Stage::is_timed) {
        true => (
            "whisper_time(w_c)",
            "IF w_z THEN PERFORM whisper_time_given(w_t); END IF;\n",
        ),
        false => ("w_c", ""),
    };
    let each = |text: fn(&usize) -> String| counted.iter().map(text).collect::<String>();
    let counts = each(|number| format!(" || ',' || w_n{number}"));
    let declared = each(|number| format!("w_n{number} bigint; "));
    format!(
        "(w_c bigint, w_k text[], w_v text[], w_m bigint, w_f bigint) RETURNS text LANGUAGE plpgsql AS $whisper$\n\
         DECLARE w_o bigint; w_t bigint; w_s bigint; w_p bigint; w_n bigint; w_r text := ''; w_x text; w_y text; w_z boolean := false; {declared}\n\
         BEGIN\n\
         IF w_f = 0 THEN PERFORM set_config('synchronous_commit', 'off', true); END IF;\n\
         PERFORM whisper_lock(w_k);\n\
         w_t := {time};\n\
         FOR w_b IN 0 .. w_m - 1 LOOP\n\
         w_o := w_b * {width};\n\
         BEGIN\n\
         {body}\
         w_r := w_r || ',[0'{counts} || ']'; w_z := true;\n\
         EXCEPTION\n\
         WHEN SQLSTATE 'WH001' OR numeric_value_out_of_range THEN w_r := w_r || ',[1,' || w_s || ',' || w_p || ']';\n\
         WHEN unique_violation THEN\n\
         GET STACKED DIAGNOSTICS w_x = TABLE_NAME, w_y = CONSTRAINT_NAME;\n\
         w_r := w_r || ',' || json_build_array(2, w_x, w_y);\n\
         WHEN OTHERS THEN\n\
         IF left(SQLSTATE, 2) IN ('40', '53', '55', '57', '58', 'XX') THEN RAISE; END IF;\n\
         w_r := w_r || ',' || json_build_array(3, SQLSTATE, SQLERRM);\n\
         END;\n\
         END LOOP;\n\
         {given}\
         RETURN '[' || w_t || w_r || ']';\n\
         END $whisper$"
    )
}

/// Writes the statement and the check of its expectations or of its number of changed rows, given the first of its
/// values. Gives the first value of the next statement.
fn write_stage(body: &mut String, stage: &Stage, number: usize, first: usize) -> usize {
    let values = Values {
        first,
        times: &stage.times,
    };
    // Writing to a text never fails.
    let _ = writeln!(body, "w_s := {number}; w_p := 0;");
    if let Shape::Expect(expectations) = &stage.shape {
        for (at, each) in expectations.iter().enumerate() {
            let mut held = Query::select();
            held.expr(expectation(each, Dialect::Postgres));
            let mut text = Text::with_names(&values, Dialect::Postgres);
            text.write(&held);
            let _ = writeln!(body, "w_p := {at}; IF NOT ({text}) THEN {UNMET} END IF;");
        }
        return values.end();
    }
    let mut text = Text::with_names(&values, Dialect::Postgres);
    stage.shape.write(&mut text, false);
    let _ = writeln!(body, "{text};");
    let expected = match &stage.shape {
        Shape::Insert {
            existing: OnExisting::Conflict,
            ..
        }
        | Shape::InsertList {
            existing: OnExisting::Conflict,
            ..
        } => return values.end(),
        Shape::Insert { rows, .. } | Shape::UpdateMany { rows, .. } => rows.to_string(),
        Shape::InsertList { .. } | Shape::UpdateList { .. } => {
            format!("json_array_length({}::json)", values.at(first))
        }
        Shape::DeleteSome { .. } => {
            let _ = writeln!(body, "GET DIAGNOSTICS w_n{number} = ROW_COUNT;");
            return values.end();
        }
        _ => "1".to_owned(),
    };
    let _ = writeln!(
        body,
        "GET DIAGNOSTICS w_n = ROW_COUNT; IF w_n <> {expected} THEN {UNMET} END IF;"
    );
    values.end()
}

/// Fails the batch for the condition that is looked at.
const UNMET: &str = "RAISE SQLSTATE 'WH001';";

/// The values of a statement, from the first on.
#[derive(Debug)]
struct Values<'a> {
    first: usize,
    times: &'a [bool],
}

impl Values<'_> {
    fn end(&self) -> usize {
        self.first + self.times.iter().filter(|is_time| !*is_time).count()
    }

    fn at(&self, place: usize) -> String {
        format!("w_v[w_o + {place}]")
    }
}

impl Name for Values<'_> {
    fn write(&self, slot: Slot, sort: Sort, sql: &mut String) {
        match self.times.get(slot) {
            Some(false) => {
                let before = self.times[..slot].iter().filter(|is_time| !*is_time);
                sql.push_str(&sort.read(&self.at(self.first + before.count())));
            }
            Some(true) => sql.push_str("w_t"),
            None if slot == TIME => sql.push_str("w_t"),
            None => sql.push_str("NULL"),
        }
    }
}

/// A value as an element of the list that a function is called with.
pub(crate) fn as_text(value: &SqlValue) -> Option<String> {
    match value {
        SqlValue::Integer(number) => Some(number.to_string()),
        // Enough digits to be read back to the last bit.
        SqlValue::Real(number) => Some(format!("{number:?}")),
        SqlValue::Text(text) if !text.contains('\0') => Some(text.clone()),
        // Spin has no list of bytes to hand over.
        SqlValue::Blob(bytes) => Some(Hex(bytes).to_string()),
        // Nothing that is stored has U+0000: it equals no id.
        SqlValue::Null | SqlValue::Text(_) | SqlValue::Texts(_) => None,
    }
}
