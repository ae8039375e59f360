//! The arithmetic of row widths against a model of it that is written as the rules are told.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_appwrite::{Options, Rule, check, in_row, read, row};

/// A column, and the bytes that it takes.
fn column() -> impl Strategy<Value = (Value, u64)> {
    let text = (1_u64..30_000).prop_map(|size| {
        let bytes = match size {
            16_382.. => 20,
            256.. => 4 * size + 2,
            _ => 4 * size + 1,
        };
        (json!({"type": "string", "size": size}), bytes)
    });
    let whole = proptest::option::of(any::<i64>()).prop_map(|max| {
        let narrow = max.is_some_and(|max| max <= 2_147_483_647);
        let bytes = if narrow { 4 } else { 8 };
        (json!({"type": "integer", "max": max}), bytes)
    });
    let others = prop::sample::select(vec![
        (json!({"type": "boolean"}), 1),
        (json!({"type": "datetime"}), 7),
        (json!({"type": "double"}), 8),
        (json!({"type": "email"}), 254 * 4 + 1),
        (json!({"type": "string", "format": "email"}), 254 * 4 + 1),
        (json!({"type": "enum", "elements": ["a"]}), 255 * 4 + 1),
        (json!({"type": "ip"}), 39 * 4 + 1),
        (json!({"type": "url"}), 2000 * 4 + 2),
        (json!({"type": "longtext"}), 20),
    ]);
    let one = prop_oneof![4 => text, 1 => whole, 2 => others];
    (one, prop::bool::weighted(0.1)).prop_map(|((mut column, bytes), array)| {
        column["array"] = array.into();
        (column, if array { 20 } else { bytes })
    })
}

fn file(columns: &[(Value, u64)]) -> String {
    let columns = columns.iter().enumerate().map(|(n, (column, _))| {
        let mut column = column.clone();
        column["key"] = format!("c{n}").into();
        column
    });
    let columns: Vec<Value> = columns.collect();
    json!({
        "tablesDB": [{"$id": "db", "name": "Db"}],
        "tables": [{"$id": "t", "databaseId": "db", "name": "T", "columns": columns}],
    })
    .to_string()
}

proptest! {
    #[test]
    fn columns_are_refused_when_the_row_would_reach_65535_bytes(
        columns in prop::collection::vec(column(), 1..40)
    ) {
        let config = read(&file(&columns)).unwrap();
        let mut taken = 1067;
        let mut refused = Vec::new();
        for (n, (_, bytes)) in columns.iter().enumerate() {
            if taken + bytes >= 65_535 {
                refused.push((format!("db.t.c{n}"), Some(taken + bytes)));
            } else {
                taken += bytes;
            }
        }
        let found = check(&config, Options::default());
        prop_assert!(found.iter().all(|v| v.rule == Rule::RowWidth), "{:?}", found);
        let seen: Vec<_> = found.into_iter().map(|v| (v.place, v.has)).collect();
        prop_assert_eq!(seen, refused);
        let all: u64 = columns.iter().map(|(_, bytes)| bytes).sum();
        prop_assert_eq!(row(&config.tables[0].columns), 1067 + all);
        for (column, (_, bytes)) in config.tables[0].columns.iter().zip(&columns) {
            prop_assert_eq!(in_row(column), *bytes);
        }
    }

    #[test]
    fn the_mend_mends(columns in prop::collection::vec(column(), 1..30)) {
        let config = read(&file(&columns)).unwrap();
        let found = check(&config, Options::default());
        let Some(first) = found.first() else { return Ok(()) };
        prop_assume!(first.mend != "split the table");
        let keys = first.mend.split(" for ").nth(1).unwrap().split(',').next().unwrap();
        let mut mended = config.clone();
        for key in keys.split(" and ") {
            let column = mended.tables[0].columns.iter_mut().find(|c| c.key == key).unwrap();
            column.size = Some(16_383);
        }
        prop_assert_eq!(check(&mended, Options::default()), vec![]);
    }
}
