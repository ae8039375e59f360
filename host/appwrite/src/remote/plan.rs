//! The changes that bring a server up to a configuration, in their order.

use std::collections::BTreeSet;

use serde::Serialize;

use super::change::{Change, Verb, What};
use super::compare::{self, Difference};
use crate::model::{Column, Config, Kind, Table};

/// The changes that a push would make, and the rest that it would leave.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// Changes, in the order in which they are made.
    pub changes: Vec<Change>,
    /// Differences that stay, as data would be lost or a push can't make the change; a push with any of them does
    /// nothing.
    pub refused: Vec<Refused>,
    /// Places of the things that the server has beyond the configuration, and keeps.
    pub kept: Vec<String>,
    /// Names of `prune` that name nothing that could go.
    pub unknown: Vec<String>,
}

/// A thing that can only be made as it is wanted by deleting it, or not by a push at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Where: the name that lets it be deleted and made anew.
    #[serde(rename = "where")]
    pub place: String,
    /// The reason.
    pub why: String,
}

/// Compares the wanted configuration with the server's. Places that `prune` names are deleted, or deleted and made anew
/// where they are wanted; nothing else is ever deleted.
pub fn plan(wanted: &Config, there: &Config, prune: &[String]) -> Plan {
    let mut planner = Planner {
        plan: Plan::default(),
        prune: prune.iter().cloned().collect(),
    };
    planner.databases(wanted, there);
    for table in &wanted.tables {
        let found = there
            .tables
            .iter()
            .find(|found| found.place() == table.place());
        planner.table(table, found);
    }
    planner.buckets(wanted, there);
    planner.extras(wanted, there);
    planner.plan.unknown = planner.prune.into_iter().collect();
    planner.plan
}

/// Whether a push can make the column: its description says all that the server needs.
fn is_made(column: &Column) -> bool {
    !matches!(
        column.kind,
        Kind::Relationship | Kind::Point | Kind::Shape | Kind::Unknown(_)
    )
}

struct Planner {
    plan: Plan,
    /// Names that nothing has been found for yet.
    prune: BTreeSet<String>,
}

impl Planner {
    fn change(&mut self, verb: Verb, what: What, why: impl Into<String>) {
        let why = why.into();
        self.plan.changes.push(Change { verb, what, why });
    }

    /// Makes the thing that is there as it is wanted; whether it is to be made anew.
    fn reconcile(&mut self, what: What, difference: Difference) -> bool {
        match difference {
            Difference::None => {}
            Difference::Mend(why) => self.change(Verb::Update, what, why),
            Difference::Replace(why) => {
                let place = what.place();
                if self.prune.remove(&place) {
                    self.change(Verb::Delete, what, why);
                    return true;
                }
                let cost = match what {
                    What::Index(..) => "must be made anew",
                    _ => "would lose data",
                };
                let why = format!("{cost}: {why}");
                self.plan.refused.push(Refused { place, why });
            }
        }
        false
    }

    /// Notes a thing that is there and not wanted: kept, or deleted if `--prune` names it.
    fn extra(&mut self, what: What) {
        let place = what.place();
        if self.prune.remove(&place) {
            self.change(Verb::Delete, what, "");
        } else {
            self.plan.kept.push(place);
        }
    }

    fn databases(&mut self, wanted: &Config, there: &Config) {
        for database in &wanted.databases {
            let what = What::Database(database.clone());
            match there.databases.iter().find(|found| found.id == database.id) {
                None => self.change(Verb::Create, what, ""),
                Some(found) => {
                    self.reconcile(what, compare::database(database, found));
                }
            }
        }
    }

    /// Indexes that go, columns that go, the table itself, columns that change and come, indexes that come.
    fn table(&mut self, wanted: &Table, there: Option<&Table>) {
        let none = Table::default();
        let found = there.unwrap_or(&none);
        let new_indexes = self.indexes(wanted, found);
        let (mends, new_columns) = self.columns(wanted, found);
        let what = What::Table(Table {
            columns: Vec::new(),
            indexes: Vec::new(),
            ..wanted.clone()
        });
        match there {
            None => self.change(Verb::Create, what, ""),
            Some(there) => {
                self.reconcile(what, compare::table(wanted, there));
            }
        }
        for (what, why) in mends {
            self.change(Verb::Update, what, why);
        }
        for what in new_columns.into_iter().chain(new_indexes) {
            self.change(Verb::Create, what, "");
        }
    }

    /// Lets indexes go, and gives those that come.
    fn indexes(&mut self, wanted: &Table, found: &Table) -> Vec<What> {
        let index = |index: &crate::model::Index| {
            What::Index(wanted.database.clone(), wanted.id.clone(), index.clone())
        };
        let mut new = Vec::new();
        for each in &wanted.indexes {
            let anew = match found.indexes.iter().find(|there| there.key == each.key) {
                None => true,
                Some(there) => self.reconcile(index(each), compare::index(each, there)),
            };
            new.extend(anew.then(|| index(each)));
        }
        for each in &found.indexes {
            if !wanted.indexes.iter().any(|index| index.key == each.key) {
                self.extra(index(each));
            }
        }
        new
    }

    /// Lets columns go, and gives those that change, with why, and those that come.
    fn columns(&mut self, wanted: &Table, found: &Table) -> (Vec<(What, String)>, Vec<What>) {
        let column = |column: &Column| {
            What::Column(wanted.database.clone(), wanted.id.clone(), column.clone())
        };
        let (mut mends, mut new) = (Vec::new(), Vec::new());
        for each in &wanted.columns {
            match found.column(&each.key) {
                None if is_made(each) => new.push(column(each)),
                None => self.plan.refused.push(Refused {
                    place: column(each).place(),
                    why: "a push makes no relationships and no points or shapes: make it in the console".to_owned(),
                }),
                Some(there) => match compare::column(each, there) {
                    Difference::Mend(why) => mends.push((column(each), why)),
                    difference => {
                        let anew = self.reconcile(column(each), difference);
                        new.extend(anew.then(|| column(each)));
                    }
                },
            }
        }
        for each in &found.columns {
            if wanted.column(&each.key).is_none() {
                self.extra(column(each));
            }
        }
        (mends, new)
    }

    fn buckets(&mut self, wanted: &Config, there: &Config) {
        for bucket in &wanted.buckets {
            let what = What::Bucket(bucket.clone());
            match there.buckets.iter().find(|found| found.id == bucket.id) {
                None => self.change(Verb::Create, what, ""),
                Some(found) => {
                    self.reconcile(what, compare::bucket(bucket, found));
                }
            }
        }
    }

    /// Tables, databases and buckets beyond the wanted ones. A database goes with its tables, which needn't be named.
    fn extras(&mut self, wanted: &Config, there: &Config) {
        let known = |id: &str| wanted.databases.iter().any(|database| database.id == id);
        for table in &there.tables {
            let place = table.place();
            let goes = !known(&table.database) && self.prune.contains(&table.database);
            if !goes && !wanted.tables.iter().any(|table| table.place() == place) {
                self.extra(What::Table(table.clone()));
            }
        }
        for database in &there.databases {
            if !known(&database.id) {
                self.extra(What::Database(database.clone()));
            }
        }
        for bucket in &there.buckets {
            if !wanted.buckets.iter().any(|wanted| wanted.id == bucket.id) {
                self.extra(What::Bucket(bucket.clone()));
            }
        }
    }
}
