//! Orders, and where a cursor stands in them.

use std::cmp::Ordering;

use serde_json::Value;

use crate::collation::Collation;
use crate::version::Database;

/// In which way a column orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
    Random,
}

/// One column of an order.
#[derive(Clone, Debug)]
pub struct Order {
    pub column: String,
    pub way: Way,
}

impl Order {
    pub fn new(column: &str, way: Way) -> Self {
        Order {
            column: column.to_owned(),
            way,
        }
    }
}

/// How two values of a column sort.
pub fn sort(database: Database, column: &str, a: &Value, b: &Value) -> Ordering {
    let null = match database.nulls_first() {
        true => Ordering::Less,
        false => Ordering::Greater,
    };
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => null,
        (false, true) => null.reverse(),
        (false, false) => {
            let compared = Collation::of(database, column).compare(a, b);
            compared.unwrap_or(Ordering::Equal)
        }
    }
}

/// The order with a last column that leaves no ties: `$sequence`, downwards if the order begins with a date downwards, else upwards.
pub fn complete(mut orders: Vec<Order>) -> Vec<Order> {
    // The library keeps columns and directions in two lists, and a random order has no column: the orders behind one
    // are left to its luck.
    if orders.iter().any(|order| order.way == Way::Random) {
        return vec![Order::new("", Way::Random)];
    }
    let unique = |order: &Order| ["$id", "$sequence"].contains(&order.column.as_str());
    if orders.iter().any(unique) {
        return orders;
    }
    let way = match orders.first() {
        Some(first) if ["$createdAt", "$updatedAt"].contains(&first.column.as_str()) => first.way,
        _ => Way::Up,
    };
    orders.push(Order::new("$sequence", way));
    orders
}

/// Whether a row with these values comes behind the cursor's, as SQL has it: a row with a null that decides never does.
pub fn behind(
    row: &[Value],
    cursor: &[Value],
    orders: &[Order],
    before: bool,
    database: Database,
) -> bool {
    for ((value, at), order) in row.iter().zip(cursor).zip(orders) {
        let forward = (order.way == Way::Up) != before;
        match Collation::of(database, &order.column).compare(value, at) {
            None => return false,
            Some(Ordering::Equal) => {}
            Some(Ordering::Greater) => return forward,
            Some(Ordering::Less) => return !forward,
        }
    }
    false
}
