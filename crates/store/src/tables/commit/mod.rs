//! Commits: the rows a batch depends on are read, the batch is gone through here, and its writes become a transaction
//! of the server's that fails if any row that decided them has changed.

mod fits;
mod order;
mod overlay;
mod send;
mod simulate;
mod stage;
mod taken;
mod traces;
mod values;
mod verify;
mod world;

use futures::future::LocalBoxFuture;
use whisper_schema::Timestamp;

use self::send::Sent;
use self::simulate::{Absence, Course, failed, pass};
use self::stage::staged;
use self::world::{Bound, look};
use super::client::Backoff;
use super::engine::{Engine, is_kept};
use super::rows::side_by_side;
use super::wanted::Wanted;
use crate::batch::Committed;
use crate::commit::{Group, Lowered, Outcome};
use crate::error::StoreError;
use crate::line::Turn;

/// Commits a batch, alone or with others that wait.
pub(crate) async fn commit(engine: &Engine, mut batch: Lowered) -> Outcome {
    batch.spread();
    let mut tables = batch.ops.iter().map(|op| op.table.0);
    tables.try_for_each(is_kept)?;
    if batch.ops.is_empty() {
        return Ok(Committed {
            at: engine.tick(),
            affected: Vec::new(),
        });
    }
    let least = stage::at_least(&batch);
    if least > Engine::MOST {
        return Err(too_large(least));
    }
    fits::check(&batch)?;
    let ticket = engine.queue.enter(batch);
    loop {
        match ticket.turn().await {
            Turn::Done(result) => return result,
            Turn::Lead(_leader) => {
                // Most likely they fit: an operation is two of the server's at most.
                let group = engine.queue.take_up_to(Engine::MOST_OPERATIONS);
                lead(engine, group).await;
            }
        }
    }
}

fn too_large(operations: usize) -> StoreError {
    StoreError::TooLarge {
        operations,
        most: Engine::MOST,
    }
}

/// Commits as many of these batches as fit into a transaction, and puts the others back.
async fn lead(engine: &Engine, mut group: Group) {
    let mut backoff = Backoff::new();
    let mut taken = false;
    if group.batches().iter().any(|batch| batch.is_timed())
        && let Err(error) = engine.recall().await
    {
        return group.fail(&error);
    }
    while !group.batches().is_empty() {
        let at = engine.tick();
        let tried = attempt(engine, &mut group, at, taken).await;
        match tried {
            // Some failed on their own, and the others go on without them.
            Tried::Fewer => {}
            Tried::Done(affected) => {
                let results = affected
                    .into_iter()
                    .map(|affected| Ok(Committed { at, affected }));
                return group.deliver(results.collect());
            }
            // The server says which attribute, and not of which batch: each is tried alone.
            Tried::Failed(StoreError::Invalid(_)) if group.batches().len() > 1 => {
                group.not_committing();
                group.put_back(1);
            }
            Tried::Failed(error) => return group.fail(&error),
            Tried::Lost => {
                group.not_committing();
                taken = true;
                if !backoff.wait(&engine.tables, None).await {
                    return group.fail(&StoreError::Busy);
                }
            }
        }
    }
}

/// The outcome of going through the batches once.
enum Tried {
    /// All of them are committed.
    Done(Vec<Vec<u64>>),
    /// Some have their results, the others are to be tried again.
    Fewer,
    /// Somebody else was faster, or might have been.
    Lost,
    /// None is committed.
    Failed(StoreError),
}

async fn attempt(engine: &Engine, group: &mut Group, at: Timestamp, taken: bool) -> Tried {
    let batches: Vec<_> = group.batches();
    let bound: Vec<Bound<'_>> = batches.into_iter().map(|batch| bind(batch, at)).collect();
    let world = match look(&engine.tables, &bound, taken).await {
        Ok(world) => world,
        Err(error) => return Tried::Failed(error),
    };
    let mut course = Course::default();
    let mut affected = Vec::new();
    let mut stop = None;
    for (number, bound) in bound.iter().enumerate() {
        let absences = course.absences.len();
        match pass(&mut course, &world, number, bound) {
            Ok(counts) => affected.push(counts),
            Err((_, error)) => {
                let earlier = course.absences.split_off(absences);
                stop = Some(Stop::Failed(number, error, earlier));
                break;
            }
        }
        let size = staged(&course).operations.len();
        if size > Engine::MOST {
            stop = Some(Stop::Full(number, size));
            break;
        }
    }
    if let Some(stop) = stop {
        let labels: Vec<_> = bound.iter().map(|bound| bound.batch).collect();
        let decided = stopped(engine, stop, &labels).await;
        drop(bound);
        return match decided {
            Err(error) => Tried::Failed(error),
            Ok(Decided::Fails(number, error)) => {
                group.answer(number, Err(error));
                Tried::Fewer
            }
            Ok(Decided::PutBack(from)) => {
                group.put_back(from);
                Tried::Fewer
            }
        };
    }
    finish(engine, group, &course, affected, taken).await
}

/// The reason for which the batches can't be committed as they are.
enum Stop {
    /// A batch fails with this error, unless a row is there that an earlier operation of it expects to be absent.
    Failed(usize, StoreError, Vec<Absence>),
    /// With this batch there are so many operations.
    Full(usize, usize),
}

enum Decided {
    Fails(usize, StoreError),
    PutBack(usize),
}

async fn stopped(engine: &Engine, stop: Stop, batches: &[&Lowered]) -> Result<Decided, StoreError> {
    match stop {
        Stop::Full(0, size) => Ok(Decided::Fails(0, too_large(size))),
        Stop::Full(number, _) => Ok(Decided::PutBack(number)),
        Stop::Failed(number, error, earlier) => {
            let found = present(engine, &earlier).await?;
            let error = match found {
                Some((number, op)) => failed(&batches[number].ops[op], op),
                None => error,
            };
            Ok(Decided::Fails(number, error))
        }
    }
}

/// Sends the batches that have been gone through.
async fn finish(
    engine: &Engine,
    group: &mut Group,
    course: &Course,
    affected: Vec<Vec<u64>>,
    taken: bool,
) -> Tried {
    if taken {
        match taken::look(&engine.tables, &course.overlay).await {
            Err(error) => return Tried::Failed(error),
            Ok(Some((number, error))) => {
                group.answer(number, Err(error));
                return Tried::Fewer;
            }
            Ok(None) => {}
        }
    }
    let planned = staged(course);
    let lone = stage::lone(course).filter(|_| course.absences.is_empty());
    if let Some(direct) = lone.as_ref().and_then(send::direct) {
        group.committing();
        return ended(engine.tables.once(direct).await, affected);
    }
    if planned.operations.is_empty() {
        return match present(engine, &course.absences).await {
            Err(error) => Tried::Failed(error),
            Ok(Some(place)) => broken(group, place),
            Ok(None) => Tried::Done(affected),
        };
    }
    let (staged, found) = futures::join!(
        engine.tables.stage(&planned.operations),
        present(engine, &course.absences)
    );
    let transaction = match (staged, found) {
        (_, Err(error)) => return Tried::Failed(error),
        (_, Ok(Some(place))) => return broken(group, place),
        (Err(sent), Ok(None)) => return ended(sent, affected),
        (Ok(transaction), Ok(None)) => transaction,
    };
    group.committing();
    let sent = match engine.tables.end(&transaction).await {
        Sent::Done if !planned.in_order => {
            verify::look(&engine.tables, course, &planned.operations).await
        }
        sent => sent,
    };
    ended(sent, affected)
}

/// An operation's expectation that something is absent doesn't hold.
fn broken(group: &mut Group, (number, op): world::Place) -> Tried {
    let error = failed(&group.batches()[number].ops[op], op);
    group.answer(number, Err(error));
    Tried::Fewer
}

fn ended(sent: Sent, affected: Vec<Vec<u64>>) -> Tried {
    match sent {
        Sent::Done => Tried::Done(affected),
        Sent::Lost => Tried::Lost,
        Sent::Failed(error) => Tried::Failed(error),
    }
}

/// The first of these that is there after all.
async fn present(
    engine: &Engine,
    absences: &[Absence],
) -> Result<Option<world::Place>, StoreError> {
    let reads = absences.iter().map(|absence| {
        Box::pin(async move {
            let more = absence.decided.len();
            let wanted = Wanted::oldest(
                absence.table.0,
                &absence.condition,
                &absence.slots,
                1 + more,
            );
            let rows = engine.tables.rows(&wanted).await?;
            let other = rows.iter().any(|row| !absence.decided.contains(&row.id));
            Ok(other.then_some(absence.place))
        }) as LocalBoxFuture<'_, Result<Option<world::Place>, StoreError>>
    });
    for read in side_by_side(reads.collect()).await {
        if let Some(place) = read? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

fn bind(batch: &Lowered, at: Timestamp) -> Bound<'_> {
    let slots = batch.ops.iter().map(|op| op.binds.clone().at(at));
    Bound {
        batch,
        slots: slots.collect(),
    }
}
