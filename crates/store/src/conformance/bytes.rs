//! Bytes come out as they went in, and can be asked for.

use whisper_schema::{Collection, Document, Hex, Rule, ddl};

use super::*;
use crate::{Order, Patch};

/// The most bytes of a document.
const MOST: usize = 256 * 1024;

/// A piece of something large. Its table is the suite's own, and made by each case.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conformancePieces",
    name = "Pieces",
    system
)]
#[access(server = "Nobody asks.")]
#[retention(forever = "Each case makes the table anew.")]
pub struct Piece {
    /// Id of the document.
    pub id: String,
    /// Its bytes.
    #[attr(bytes = 262_144)]
    pub bytes: Vec<u8>,
    /// State of a calculation over all of them.
    #[attr(bytes = 300)]
    pub state: Option<Vec<u8>>,
    /// How many there are so far.
    pub received: i64,
}

fn piece(id: &str, bytes: impl Into<Vec<u8>>) -> Piece {
    Piece {
        id: id.to_owned(),
        bytes: bytes.into(),
        ..Piece::default()
    }
}

/// A store that has the table.
async fn with_table(place: &Place) -> Result<Store, Failed> {
    let store = place.store();
    store.migrate().await?;
    let statements = match place.dialect() {
        Some(Dialect::Postgres) => ddl::postgres_collection(Piece::COLLECTION),
        _ => ddl::sqlite_collection(Piece::COLLECTION),
    };
    place
        .execute("DROP TABLE IF EXISTS \"conformancePieces\"")
        .await?;
    for statement in &statements {
        place.execute(statement).await?;
    }
    Ok(store)
}

async fn state_of(store: &Store, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let found = store.read(Get::<Piece>::id(id)).await?;
    Ok(found.and_then(|piece| piece.into_inner().state))
}

/// Every byte, so often that there are this many.
fn many(bytes: usize) -> Vec<u8> {
    (0..=255).cycle().take(bytes).collect()
}

pub async fn come_back(place: Place) -> Check {
    let store = with_table(&place).await?;
    let values = [
        Vec::new(),
        vec![0],
        b"\\x00 'it''s' \"text\" \0".to_vec(),
        many(256),
        many(MOST),
    ];
    let sent: Vec<Piece> = values.into_iter().enumerate().map(of_state).collect();
    // One by one, then all in one statement.
    for each in &sent {
        store.commit(Batch::new().insert(each)).await?;
        let found = store.read(Get::<Piece>::id(&each.id)).await?;
        same!(found.map(|doc| doc.value).as_ref() == Some(each), true);
    }
    let again = |batch: Batch, each: &Piece| {
        let id = format!("again-{}", each.id);
        batch.insert(&Piece { id, ..each.clone() })
    };
    store.commit(sent.iter().fold(Batch::new(), again)).await?;
    let all = store.read(Query::<Piece>::new().limit(50)).await?;
    same!(all.len(), 2 * sent.len());
    for (found, sent) in all.iter().zip(sent.iter().chain(&sent)) {
        same!(
            (found.bytes == sent.bytes, &found.state),
            (true, &sent.state)
        );
    }
    Ok(())
}

/// A piece whose state is there by turns.
fn of_state((at, bytes): (usize, Vec<u8>)) -> Piece {
    Piece {
        state: (at % 2 == 1).then(|| many(at)),
        ..piece(&format!("p{at}"), bytes)
    }
}

pub async fn change(place: Place) -> Check {
    let store = with_table(&place).await?;
    store
        .commit(
            Batch::new()
                .insert(&piece("p", [1]))
                .insert(&piece("q", [2])),
        )
        .await?;
    // Several of the same columns are one statement, and so is one alone.
    let set = |state: &[u8]| Patch::new().set(Piece::STATE, Hex(state));
    let both = Batch::new()
        .update::<Piece>("p", set(&many(256)))
        .update::<Piece>("q", set(&[]));
    store.commit(both).await?;
    same!(state_of(&store, "p").await?, Some(many(256)));
    same!(state_of(&store, "q").await?, Some(Vec::new()));
    let next = set(&[7]).add(Piece::RECEIVED, 1);
    store
        .commit(Batch::new().update::<Piece>("p", next))
        .await?;
    same!(state_of(&store, "p").await?, Some(vec![7]));
    let none = Patch::new().set(Piece::STATE, None::<Hex<'_>>);
    store
        .commit(Batch::new().update::<Piece>("p", none))
        .await?;
    same!(state_of(&store, "p").await?, None);
    let there = Piece {
        state: Some(vec![8]),
        ..piece("q", [9])
    };
    let batch = Batch::new()
        .upsert(&there)
        .insert_or_update(&piece("p", [0]), set(&[6]));
    store.commit(batch).await?;
    let found = store.read(Get::<Piece>::id("q")).await?;
    same!(found.map(|doc| doc.value), Some(there));
    same!(state_of(&store, "p").await?, Some(vec![6]));
    Ok(())
}

pub async fn conditions(place: Place) -> Check {
    let store = with_table(&place).await?;
    let batch = (0..20_u8).fold(Batch::new(), |batch, n| {
        let state = (n > 0).then(|| vec![n]);
        let id = format!("p{n:02}");
        batch.insert(&Piece {
            state,
            ..piece(&id, [n])
        })
    });
    store.commit(batch).await?;
    let asked = async |filter: Filter<Piece>| {
        let query = Query::<Piece>::new().filter(filter);
        store.read(query.limit(50)).await
    };
    let found = asked(Filter::eq(Piece::STATE, Hex(&[3]))).await?;
    same!(ids(&found), ["p03"]);
    let others = asked(Filter::ne(Piece::STATE, Hex(&[3]))).await?;
    same!(others.len(), 18);
    same!(ids(&asked(Filter::is_null(Piece::STATE)).await?), ["p00"]);
    let few = [[1], [2]];
    let found = asked(Filter::is_in(Piece::STATE, few.iter().map(|b| Hex(b)))).await?;
    same!(ids(&found), ["p01", "p02"]);
    let many: Vec<[u8; 1]> = (5..40).map(|n| [n]).collect();
    let found = asked(Filter::is_in(Piece::STATE, many.iter().map(|b| Hex(b)))).await?;
    same!(found.len(), 15);
    // A change that rests on what was read.
    let step = |from: &[u8], to: &[u8]| {
        let patch = Patch::new().set(Piece::STATE, Hex(to));
        Batch::new().update_if::<Piece>("p04", patch, Filter::eq(Piece::STATE, Hex(from)))
    };
    store.commit(step(&[4], &[5, 5])).await?;
    let late = store.commit(step(&[4], &[6, 6])).await;
    same!(
        late,
        Err(StoreError::ConditionFailed { op: 0, label: None })
    );
    same!(state_of(&store, "p04").await?, Some(vec![5, 5]));
    Ok(())
}

pub async fn wrong_ones(place: Place) -> Check {
    let store = with_table(&place).await?;
    let rule = |refused: Result<_, StoreError>| match refused {
        Err(StoreError::Invalid(violations)) => violations.first().map(|v| v.rule),
        _ => None,
    };
    let large = store
        .commit(Batch::new().insert(&piece("p", many(MOST + 1))))
        .await;
    same!(rule(large.map(drop)), Some(Rule::Size));
    let text = Patch::new().set(Piece::STATE, "no digits");
    let patched = store.commit(Batch::new().update::<Piece>("p", text)).await;
    same!(rule(patched.map(drop)), Some(Rule::Format));
    let less = Query::<Piece>::new().filter(Filter::lt(Piece::STATE, Hex(&[1])));
    same!(
        rule(store.read(less.limit(1)).await.map(drop)),
        Some(Rule::Type)
    );
    let sorted = Query::<Piece>::new().order(Order::asc(Piece::STATE));
    same!(
        rule(store.read(sorted.limit(1)).await.map(drop)),
        Some(Rule::Type)
    );
    Ok(())
}

pub async fn many_at_once(place: Place) -> Check {
    let store = with_table(&place).await?;
    let pieces: Vec<Piece> = (0..12_u8)
        .map(|n| piece(&format!("p{n}"), vec![n; 100_000]))
        .collect();
    let commits = pieces
        .iter()
        .map(|each| store.commit(Batch::new().insert(each)));
    for done in join_all(commits).await {
        done?;
    }
    for each in &pieces {
        let found = store.read(Get::<Piece>::id(&each.id)).await?;
        same!(found.map(|doc| doc.value).as_ref() == Some(each), true);
    }
    Ok(())
}
