//! Every mistake of a manifest at once, each with its place and its mend.

use std::fmt;
use std::path::PathBuf;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1; 0 when it is about the file as a whole.
    pub line: usize,
    /// The table it is in, such as `[component.accounts]`; empty for the file as a whole.
    pub table: String,
    /// The mistake, naming the field.
    pub message: String,
}

/// All mistakes found in one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file.
    pub file: PathBuf,
    /// The mistakes, in the file's order.
    pub list: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.list.len() {
            1 => write!(f, "{file} has a mistake:")?,
            n => write!(f, "{file} has {n} mistakes:")?,
        }
        for problem in &self.list {
            write!(f, "\n  ")?;
            if problem.line > 0 {
                write!(f, "line {}: ", problem.line)?;
            }
            if !problem.table.is_empty() {
                write!(f, "{}: ", problem.table)?;
            }
            write!(f, "{}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Collects mistakes while a file is read.
pub(crate) struct Collector<'a> {
    text: &'a str,
    pub(crate) list: Vec<Problem>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            list: Vec::new(),
        }
    }

    /// Notes a mistake at a byte offset of the text.
    pub(crate) fn at(&mut self, offset: usize, table: &str, message: impl Into<String>) {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        self.list.push(Problem {
            line: before.iter().filter(|b| **b == b'\n').count() + 1,
            table: table.to_owned(),
            message: message.into(),
        });
    }

    /// Notes a mistake of a table whose place is found by its heading.
    pub(crate) fn whole(&mut self, table: &str, message: impl Into<String>) {
        let heading = table.split_inclusive(']').next().unwrap_or_default();
        let heading = if table.starts_with("[[") {
            format!("{heading}]")
        } else {
            heading.to_owned()
        };
        let offset = self.text.find(&heading).unwrap_or_default();
        self.at(offset, table, message);
    }
}
