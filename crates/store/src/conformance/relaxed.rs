//! Stores whose commits don't wait for the disk: the same documents, and the same promises but that a commit survives a
//! power cut.

use super::*;
use crate::{Order, Patch};

fn held(n: i64) -> TokenHolding {
    TokenHolding {
        decimals: n,
        ..holding("h")
    }
}

async fn decimals(store: &Store) -> Result<Option<i64>, Failed> {
    let found = store.read(Get::<TokenHolding>::id("h")).await?;
    Ok(found.map(|holding| holding.decimals))
}

pub async fn shares_the_documents(place: Place) -> Check {
    let store = place.store();
    let relaxed = store.relaxed();
    relaxed.commit(Batch::new().insert(&held(1))).await?;
    same!(decimals(&store).await?, Some(1));
    same!(decimals(&place.store()).await?, Some(1));
    let more = || Patch::new().add(TokenHolding::DECIMALS, 1);
    store.commit(Batch::new().update("h", more())).await?;
    same!(decimals(&relaxed).await?, Some(2));
    // Refused as anywhere: a commit that rests on something that isn't so writes nothing.
    let stale = Filter::eq(TokenHolding::DECIMALS, 1);
    let batch = Batch::new()
        .insert(&message("m1"))
        .update_if("h", more(), stale)
        .label("stale");
    let refused = relaxed.commit(batch).await;
    let is_stale = refused.is_err_and(|error| error.failed_at("stale"));
    same!(is_stale, true);
    let left = store.read(Get::<Message>::id("m1")).await?;
    same!(left.is_none(), true);
    Ok(())
}

pub async fn of_both_at_once_none_is_lost(place: Place) -> Check {
    let store = place.store();
    let relaxed = store.relaxed();
    store.commit(Batch::new().insert(&held(0))).await?;
    let more = || Batch::new().increment::<TokenHolding>("h", TokenHolding::DECIMALS, 1);
    let commits = (0..8).map(|n| match n % 2 {
        0 => store.commit(more()),
        _ => relaxed.commit(more()),
    });
    for done in join_all(commits).await {
        done?;
    }
    same!(decimals(&store).await?, Some(8));
    Ok(())
}

pub async fn commits_are_in_one_order(place: Place) -> Check {
    let store = place.store();
    let relaxed = store.relaxed();
    for (n, way) in [&store, &relaxed, &relaxed, &store].into_iter().enumerate() {
        way.commit(Batch::new().insert(&message(&format!("m{n}"))))
            .await?;
    }
    let found = relaxed
        .read(Query::<Message>::new().order(Order::asc(Column::seq())))
        .await?;
    same!(ids(&found), ["m0", "m1", "m2", "m3"]);
    Ok(())
}
