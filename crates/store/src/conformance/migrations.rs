//! Migrations: once, however many instances come, and never half.

use super::*;

/// Numbers no migration of the schema will reach.
const FIRST: u32 = 90_001;

fn with(place: &Place, extra: &[Migration]) -> Vec<Migration> {
    place.migrations().iter().chain(extra).copied().collect()
}

fn extra(number: u32, sql: &'static str) -> Migration {
    Migration {
        number,
        name: "conformance",
        sql,
    }
}

const MAKE: &str =
    "CREATE TABLE conformance_a (x INTEGER)\n;\n\nINSERT INTO conformance_a VALUES (1);\n\n";

/// Undoes the changes of the cases.
async fn forget(place: &Place) -> Check {
    place.store().migrate().await.ok();
    place
        .execute("DELETE FROM _migrations WHERE number >= 90000")
        .await?;
    place.execute("DROP TABLE IF EXISTS conformance_a").await?;
    Ok(())
}

async fn count(place: &Place, sql: &str) -> Result<Option<SqlValue>, Failed> {
    Ok(place.execute(sql).await?.into_iter().flatten().next())
}

pub async fn twice(place: Place) -> Check {
    forget(&place).await?;
    let store = place.store_with(with(&place, &[extra(FIRST, MAKE)]));
    same!(store.migrate().await?.applied, [FIRST]);
    let again = store.migrate().await?;
    same!((again.applied, again.version), (vec![], FIRST));
    let other = place.store_with(with(&place, &[extra(FIRST, MAKE)]));
    same!(other.migrate().await?.applied, Vec::<u32>::new());
    same!(
        count(&place, "SELECT count(*) FROM conformance_a").await?,
        Some(SqlValue::Integer(1))
    );
    forget(&place).await
}

pub async fn at_once(place: Place) -> Check {
    forget(&place).await?;
    let migrations = with(
        &place,
        &[
            extra(FIRST, MAKE),
            extra(FIRST + 1, "INSERT INTO conformance_a VALUES (2)"),
        ],
    );
    let stores: Vec<Store> = (0..4)
        .map(|_| place.store_with(migrations.clone()))
        .collect();
    // Two calls at each of four instances, some through a first read.
    let work = stores
        .iter()
        .chain(&stores)
        .enumerate()
        .map(|(i, store)| async move {
            match i % 2 {
                0 => store.migrate().await.map(|report| report.applied.len()),
                _ => store.read(Get::<Message>::id("nowhere")).await.map(|_| 0),
            }
        });
    for result in join_all(work).await {
        result?;
    }
    same!(
        count(&place, "SELECT count(*) FROM conformance_a").await?,
        Some(SqlValue::Integer(2))
    );
    forget(&place).await
}

pub async fn changed_checksum(place: Place) -> Check {
    forget(&place).await?;
    place
        .store_with(with(&place, &[extra(FIRST, MAKE)]))
        .migrate()
        .await?;
    let changed = place.store_with(with(
        &place,
        &[extra(FIRST, "CREATE TABLE conformance_a (y INTEGER)")],
    ));
    let refused = changed.read(Get::<Message>::id("m1")).await;
    same!(
        matches!(&refused, Err(StoreError::Internal(why)) if why.contains("was changed")),
        true
    );
    forget_newer(&place).await
}

pub async fn newer_database(place: Place) -> Check {
    forget(&place).await?;
    place
        .store_with(with(&place, &[extra(FIRST, MAKE)]))
        .migrate()
        .await?;
    let refused = place
        .store()
        .commit(Batch::new().insert(&message("m1")))
        .await;
    same!(
        matches!(&refused, Err(StoreError::Internal(why)) if why.contains("older than")),
        true
    );
    forget_newer(&place).await
}

/// As [`forget`], from a database that the plain migrations refuse.
async fn forget_newer(place: &Place) -> Check {
    place
        .execute("DELETE FROM _migrations WHERE number >= 90000")
        .await?;
    forget(place).await
}

pub async fn failing_one_leaves_nothing(place: Place) -> Check {
    forget(&place).await?;
    let broken = with(
        &place,
        &[
            extra(FIRST, MAKE),
            extra(FIRST + 1, "INSERT INTO nowhere VALUES (1)"),
        ],
    );
    let refused = place.store_with(broken).migrate().await;
    same!(
        matches!(&refused, Err(StoreError::Internal(why)) if why.contains("90002")),
        true
    );
    let left = match place.dialect() {
        Some(Dialect::Postgres) => "SELECT count(*) FROM pg_class WHERE relname = 'conformance_a'",
        _ => "SELECT count(*) FROM sqlite_master WHERE name = 'conformance_a'",
    };
    same!(count(&place, left).await?, Some(SqlValue::Integer(0)));
    place.store().migrate().await?;
    Ok(())
}
