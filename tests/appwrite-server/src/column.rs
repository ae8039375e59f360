//! Columns.

use serde_json::{Value, json};

use crate::call::Call;
use crate::check;
use crate::format;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::table::Table;

/// Columns of a table, without the 7 of the server's own.
const COLUMNS: usize = 1010;
/// Bytes that a row must be below, and bytes that every row has.
const ROW: u64 = 65_535;
const ROW_BASE: u64 = 1_067;

/// A column.
pub struct Column {
    pub key: String,
    /// The last part of the path it was made at: `string`, `email`, `float`, …
    pub kind: String,
    pub required: bool,
    pub array: bool,
    pub default: Value,
    pub size: u64,
    pub min: Value,
    pub max: Value,
    pub elements: Vec<String>,
    pub encrypt: bool,
    /// Whether its integers have 32 bits, which is decided when it is made.
    pub short: bool,
    /// How often it is still to be seen in the making.
    pub looks: u32,
}

/// The status of a thing that has so many looks left; this is one.
pub fn status(looks: &mut u32) -> &'static str {
    if *looks == 0 {
        return "available";
    }
    *looks -= 1;
    "processing"
}

impl Column {
    pub fn look(&mut self) -> Value {
        let (kind, format) = match self.kind.as_str() {
            "email" | "url" | "ip" | "enum" => ("string", self.kind.as_str()),
            "float" => ("double", ""),
            kind => (kind, ""),
        };
        let mut json = json!({
            "key": self.key, "type": kind, "status": status(&mut self.looks), "error": "",
            "required": self.required, "array": self.array, "default": self.default,
        });
        match self.kind.as_str() {
            "string" => {
                json["size"] = self.size.into();
                json["encrypt"] = self.encrypt.into();
            }
            "integer" => {
                json["min"] = or(&self.min, i64::MIN.into());
                json["max"] = or(&self.max, i64::MAX.into());
            }
            "float" => {
                json["min"] = or(&self.min, f64::MIN.into());
                json["max"] = or(&self.max, f64::MAX.into());
            }
            "enum" => json["elements"] = self.elements.clone().into(),
            _ => {}
        }
        if !format.is_empty() {
            json["format"] = format.into();
        }
        json
    }

    pub fn is_text(&self) -> bool {
        ["string", "email", "url", "ip", "enum"].contains(&self.kind.as_str())
    }

    /// Characters that it takes of an index.
    pub fn length_in_index(&self) -> u64 {
        match self.kind.as_str() {
            "float" => 2,
            _ if self.is_text() => self.size,
            _ => 1,
        }
    }

    fn width(&self) -> u64 {
        match self.kind.as_str() {
            _ if self.array => 20,
            "integer" if self.short => 4,
            "integer" | "float" => 8,
            "boolean" => 1,
            "datetime" => 7,
            _ if self.size > 16_381 => 20,
            _ if self.size > 255 => self.size * 4 + 2,
            _ => self.size * 4 + 1,
        }
    }

    /// Whether its default can be one of its values.
    fn fits_default(&self) -> Result<(), Refusal> {
        if self.default.is_null() {
            return Ok(());
        }
        if self.required || self.array {
            let what = if self.required { "required" } else { "array" };
            let message = format!("Cannot set default value for {what} column");
            return Err(Refusal::new(400, "column_default_unsupported", message));
        }
        let why = match format::fits(self, &self.default) {
            Ok(()) => return Ok(()),
            Err(why) => why,
        };
        // Some are parameters of their kind, and others are looked at as values of the column.
        if ["email", "url", "ip", "datetime", "boolean"].contains(&self.kind.as_str()) {
            return Err(Refusal::argument("default", &why));
        }
        Err(Refusal::new(400, "column_value_invalid", why))
    }
}

fn or(value: &Value, otherwise: Value) -> Value {
    if value.is_null() {
        otherwise
    } else {
        value.clone()
    }
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let table = project.table(call.param("database"), call.param("table"))?;
    let all: Vec<Value> = table.columns.iter_mut().map(Column::look).collect();
    let (status, mut answer) = page("columns", all, call.page()?)?;
    // The legacy path calls them attributes.
    answer["attributes"] = answer["columns"].clone();
    Ok((status, answer))
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let looks = project.options.looks_until_available;
    let key = call.text("key")?;
    check::id("key", key)?;
    let mut column = Column {
        key: key.to_owned(),
        kind: call.param("kind").to_owned(),
        required: call.needs_flag("required")?,
        array: call.flag("array", false)?,
        default: call.value("default"),
        size: 0,
        min: Value::Null,
        max: Value::Null,
        elements: Vec::new(),
        encrypt: call.flag("encrypt", false)?,
        short: false,
        looks,
    };
    let small = |max: i64| max <= i64::from(i32::MAX);
    column.short = column.kind == "integer" && call.integer("max")?.is_some_and(small);
    describe(&mut column, call)?;
    let table = project.table(call.param("database"), call.param("table"))?;
    if table
        .columns
        .iter()
        .any(|column| column.key.eq_ignore_ascii_case(key))
    {
        return Err(Refusal::exists("column"));
    }
    if table.columns.len() >= COLUMNS {
        let message = "The maximum number or size of columns for this table has been reached.";
        return Err(Refusal::new(400, "column_limit_exceeded", message));
    }
    narrow(table, &column)?;
    let made = column.look();
    column.looks = looks;
    table.columns.push(column);
    Ok((202, made))
}

pub fn update(project: &mut Project, call: &Call) -> Answered {
    let required = call.needs_flag("required")?;
    if !call.body.contains_key("default") {
        return Err(Refusal::argument("default", "Param is not optional."));
    }
    let table = project.table(call.param("database"), call.param("table"))?;
    let at = table
        .columns
        .iter()
        .position(|column| column.key == call.param("key"));
    let at = at.ok_or_else(|| Refusal::missing("column"))?;
    let old = &table.columns[at];
    if old.looks > 0 {
        let message = "The requested column is not yet available. Please try again later.";
        return Err(Refusal::new(400, "column_not_available", message));
    }
    if old.kind != call.param("kind") {
        let message = "The column type is invalid.";
        return Err(Refusal::new(400, "column_type_invalid", message));
    }
    let mut column = Column {
        key: old.key.clone(),
        kind: old.kind.clone(),
        required,
        array: old.array,
        default: call.value("default"),
        size: old.size,
        min: old.min.clone(),
        max: old.max.clone(),
        elements: old.elements.clone(),
        encrypt: old.encrypt,
        short: old.short,
        looks: 0,
    };
    describe(&mut column, call)?;
    let old = table.columns.remove(at);
    if let Err(refusal) = narrow(table, &column) {
        table.columns.insert(at, old);
        return Err(refusal);
    }
    let made = column.look();
    table.columns.insert(at, column);
    Ok((200, made))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let table = project.table(call.param("database"), call.param("table"))?;
    let key = call.param("key");
    let at = table.columns.iter().position(|column| column.key == key);
    table
        .columns
        .remove(at.ok_or_else(|| Refusal::missing("column"))?);
    table.indexes.retain(|index| !index.is_of(key));
    table.rows.drop_column(key);
    Ok((204, Value::Null))
}

/// Takes the fields of the column's kind from the body.
fn describe(column: &mut Column, call: &Call) -> Result<(), Refusal> {
    match column.kind.as_str() {
        "string" => {
            let size = call
                .integer("size")?
                .and_then(|size| u64::try_from(size).ok());
            let size = size.or((column.size > 0).then_some(column.size));
            column.size = size
                .filter(|size| (1..=1_073_741_824).contains(size))
                .ok_or_else(|| {
                    let why = "Value must be a valid range between 1 and 1,073,741,824";
                    Refusal::argument("size", why)
                })?;
            if column.encrypt && column.size < 150 {
                let message =
                    "Size too small. Encrypted strings require a minimum size of 150 characters.";
                return Err(Refusal::new(400, "general_bad_request", message));
            }
        }
        "email" => column.size = 254,
        "ip" => column.size = 39,
        "url" => column.size = 2000,
        "enum" => {
            column.size = 255;
            column.elements = call.texts("elements")?.unwrap_or_default();
            let good = |element: &String| (1..=255).contains(&element.chars().count());
            if !(1..=100).contains(&column.elements.len()) || !column.elements.iter().all(good) {
                return Err(Refusal::argument(
                    "elements",
                    "Value must be 1 to 100 texts of 1 to 255 chars",
                ));
            }
        }
        "integer" | "float" => {
            (column.min, column.max) = (call.value("min"), call.value("max"));
            let (low, high) = (column.min.as_f64(), column.max.as_f64());
            if low.zip(high).is_some_and(|(low, high)| low > high) {
                let message = "Minimum value must be lesser than maximum value";
                return Err(Refusal::new(400, "column_value_invalid", message));
            }
        }
        "boolean" | "datetime" => {}
        _ => {
            return Err(Refusal::new(
                404,
                "general_route_not_found",
                "Route not found",
            ));
        }
    }
    column.fits_default()
}

/// Whether a row has room for one more.
fn narrow(table: &Table, column: &Column) -> Result<(), Refusal> {
    let widths = table.columns.iter().chain([column]).map(Column::width);
    let width = ROW_BASE + widths.sum::<u64>();
    if width < ROW {
        return Ok(());
    }
    let message = format!("Row width limit reached: {width} of {ROW} bytes");
    Err(Refusal::new(400, "column_limit_exceeded", message))
}
