//! Values at the very edge of a type. Not every store keeps them; one that doesn't refuses them.

use super::*;

pub async fn least_integer(place: Place) -> Check {
    let store = place.store();
    let sent = Conversation {
        participant_count: i64::MIN,
        ..conversation("c")
    };
    store.commit(Batch::new().insert(&sent)).await?;
    same!(
        store
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.value),
        Some(sent)
    );
    let equal = Filter::eq(Conversation::PARTICIPANT_COUNT, i64::MIN);
    same!(
        ids(&store
            .read(Query::<Conversation>::new().filter(equal).limit(10))
            .await?),
        ["c"]
    );
    Ok(())
}

pub async fn first_and_last_moment(place: Place) -> Check {
    let store = place.store();
    for (i, at) in [Timestamp::MIN, Timestamp::MAX].into_iter().enumerate() {
        let id = format!("m{i}");
        let sent = Message {
            created_at: Some(at),
            ..message(&id)
        };
        store.commit(Batch::new().insert(&sent)).await?;
        let stored = store.read(Get::<Message>::id(&id)).await?;
        same!(stored.and_then(|doc| doc.created_at), Some(at));
    }
    Ok(())
}
