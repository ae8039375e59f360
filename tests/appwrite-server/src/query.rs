//! Queries, by which a list is filtered, ordered and cut into pages.

mod check;
mod find;
mod like;
mod matches;
mod order;

use serde_json::Value;

use crate::double;
use crate::fault::{Fault, Found};
use crate::moment::Moment;
use crate::table::Table;

pub use check::{check, check_select};
pub use find::find;
pub use matches::holds;
pub use order::{Order, Way};

/// Queries in a request, and characters of each.
const MOST: usize = 100;
const LONGEST: usize = 4096;

/// The methods of the library. Some are for databases or columns that aren't here.
const METHODS: &str = "equal notEqual lessThan lessThanEqual greaterThan greaterThanEqual contains containsAny \
notContains search notSearch isNull isNotNull between notBetween startsWith notStartsWith endsWith notEndsWith \
crosses notCrosses distanceEqual distanceNotEqual distanceGreaterThan distanceLessThan intersects notIntersects \
overlaps notOverlaps touches notTouches vectorDot vectorCosine vectorEuclidean exists notExists select orderDesc \
orderAsc orderRandom limit offset cursorAfter cursorBefore and or containsAll elemMatch regex";

/// A query.
#[derive(Clone, Debug)]
pub struct Query {
    pub method: String,
    pub attribute: String,
    pub values: Vec<Value>,
    /// Queries inside `and` and `or`.
    pub nested: Vec<Query>,
}

/// Queries by their purposes.
#[derive(Default)]
pub struct Plan {
    pub filters: Vec<Query>,
    pub selects: Vec<String>,
    pub limit: Option<usize>,
    pub offset: Option<usize>,
    pub orders: Vec<Order>,
    /// The row, and whether the page ends before it.
    pub cursor: Option<(String, bool)>,
}

/// Reads the queries of a request, with their limits.
pub fn parse_all(texts: &[String]) -> Found<Vec<Query>> {
    if texts.len() > MOST || texts.iter().any(|text| text.chars().count() > LONGEST) {
        let why = format!(
            "Invalid `queries` param: Value must a valid array no longer than {MOST} items and Value must be a valid string and at least 1 chars and no longer than {LONGEST} chars"
        );
        return Err(Fault::Argument(why));
    }
    texts.iter().map(|text| parse(text)).collect()
}

fn parse(text: &str) -> Found<Query> {
    let value: Value = serde_json::from_str(text)
        .map_err(|_| Fault::Query("Invalid query: Syntax error".to_owned()))?;
    read(&value)
}

fn read(value: &Value) -> Found<Query> {
    let wrong = |why: String| Err(Fault::Query(why));
    if !value.is_object() && !value.is_array() {
        return wrong("Invalid query. Must be an array".to_owned());
    }
    let text = |name: &str| match &value[name] {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        _ => Err(Fault::Query(format!(
            "Invalid query {name}. Must be a string"
        ))),
    };
    let (method, attribute) = (text("method")?, text("attribute")?);
    if method.is_empty() || !METHODS.split(' ').any(|known| known == method) {
        return wrong(format!("Invalid query method: {method}"));
    }
    let values: Vec<Value> = match &value["values"] {
        Value::Null => Vec::new(),
        Value::Array(values) => values.clone(),
        Value::Object(values) => values.values().cloned().collect(),
        _ => return wrong("Invalid query values. Must be an array".to_owned()),
    };
    let nested = match method.as_str() {
        "and" | "or" | "elemMatch" => values.iter().map(read).collect::<Found<_>>()?,
        _ => Vec::new(),
    };
    Ok(Query {
        method,
        attribute,
        values,
        nested,
    })
}

impl Query {
    pub fn is_filter(&self) -> bool {
        let others = [
            "select",
            "orderAsc",
            "orderDesc",
            "orderRandom",
            "limit",
            "offset",
            "cursorAfter",
            "cursorBefore",
        ];
        !others.contains(&self.method.as_str())
    }

    /// The value as a number, which may be written as a text.
    fn number(&self) -> Option<i64> {
        let value = self.values.first()?;
        let text = || value.as_str()?.parse().ok();
        value.as_i64().or_else(text)
    }

    /// Values in the form that rows have theirs in.
    fn prepare(&mut self, table: &Table) {
        let mut columns = table.columns.iter();
        let column = columns.find(|column| column.key == self.attribute);
        let is = |kind: &str| column.is_some_and(|column| column.kind == kind && !column.array);
        let (dated, float) = (is("datetime"), is("float"));
        for value in &mut self.values {
            if float {
                *value = double::bound(value);
            } else if dated || ["$createdAt", "$updatedAt"].contains(&self.attribute.as_str()) {
                let moment = value.as_str().and_then(Moment::parse);
                *value = moment.map_or(Value::Null, |moment| moment.text().into());
            } else if self.attribute == "$sequence"
                && let Some(number) = value.as_str().and_then(|text| text.parse::<u64>().ok())
            {
                *value = number.into();
            }
        }
        for query in &mut self.nested {
            query.prepare(table);
        }
    }
}

/// Sorts queries that have been checked; of limits, offsets and cursors the first holds.
pub fn plan(queries: Vec<Query>, table: &Table) -> Plan {
    let mut plan = Plan::default();
    let size = |number: Option<i64>| number.and_then(|number| usize::try_from(number).ok());
    for mut query in queries {
        match query.method.as_str() {
            "limit" => plan.limit = plan.limit.or(size(query.number())),
            "offset" => plan.offset = plan.offset.or(size(query.number())),
            "cursorAfter" | "cursorBefore" => {
                let id = query.values.first().and_then(Value::as_str);
                let cursor = (
                    id.unwrap_or_default().to_owned(),
                    query.method == "cursorBefore",
                );
                plan.cursor = plan.cursor.or(Some(cursor));
            }
            "select" => {
                let columns = query.values.iter().filter_map(Value::as_str);
                plan.selects.extend(columns.map(str::to_owned));
            }
            "orderAsc" => plan.orders.push(Order::new(&query.attribute, Way::Up)),
            "orderDesc" => plan.orders.push(Order::new(&query.attribute, Way::Down)),
            "orderRandom" => plan.orders.push(Order::new("", Way::Random)),
            _ => {
                query.prepare(table);
                plan.filters.push(query);
            }
        }
    }
    plan
}
