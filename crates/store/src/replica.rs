//! Reads that a replica of the database answers.
//!
//! A replica applies the log of the primary a little later. So each read first asks the primary how far its log is: everything that was
//! committed and acknowledged before is in that part. The replica answers once it has applied as much; the whole read runs there, with the
//! session and the rights that it asks for, so it sees what a read of the primary at that moment would have seen. This is the read index of
//! Raft, by which followers answer there. Where the replica is not that far, is away, or is none of this primary, the primary answers.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::future::{Either, select};

use crate::connections::{Connections, Lease, Sync};
use crate::database::{Database, Rows};
use crate::driver::{Driver, DriverError, SqlValue};
use crate::error::StoreError;
use crate::reading::{self, Asked, Reads};
use crate::sql::Shape;

/// How far the log of the primary is: the server's number, the timeline, and the place up to which the log is on its disk. A commit is acknowledged, and
/// seen by others, once its record is there; where commits don't wait for the disk, the place is the end of the log. It is read while the
/// statement runs, so it lies behind all that the statement could see.
const POSITION: &str = "SELECT system_identifier, left(pg_walfile_name(pg_current_wal_flush_lsn()), 8), \
    (CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END \
    - '0/0'::pg_lsn)::bigint FROM pg_control_system()";

/// Whether this is a replica of that server, on that timeline (by its last restart point: a replica that still follows a server from before
/// a failover must not answer), and whether it has applied the log up to that place. It looks six times, 2 ms apart.
const REACHED: &str = "WITH RECURSIVE looks (turn, reached) AS (\
    SELECT 1, coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint >= $3::bigint, false) \
    UNION ALL \
    SELECT turn + 1, pg_sleep(0.002) IS NOT NULL AND coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint >= $3::bigint, false) \
    FROM looks WHERE NOT reached AND turn < 6) \
    SELECT pg_is_in_recovery() \
    AND (SELECT system_identifier FROM pg_control_system()) = $1::bigint \
    AND (SELECT timeline_id FROM pg_control_checkpoint()) = $2::bigint, \
    (SELECT bool_or(reached) FROM looks)";

/// How many may read there at once. A read is three statements, of which one may wait for the replica, so more of them are under way than
/// at the primary.
const READERS: usize = 4;
/// How long it may take to connect to a replica and to hear how far it is.
const TO_HEAR: Duration = Duration::from_millis(500);
/// How long a replica may take to answer a read. A server that has lost its power says nothing.
const TO_ANSWER: Duration = Duration::from_secs(10);

/// Why reads went to the primary, although the store has a replica.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplicaFault {
    /// It hadn't applied all that the primary had committed.
    Behind,
    /// It is no replica of this primary, or follows a server from before a failover.
    Foreign,
    /// It can't be reached, or nobody knows how far it has to be.
    Away(String),
    /// It ended a statement, as it does with one that is in the way of the log that it applies.
    Refused(String),
}

impl ReplicaFault {
    /// How long it isn't asked then.
    fn rest(&self) -> Option<Duration> {
        match self {
            ReplicaFault::Behind => Some(Duration::from_millis(100)),
            ReplicaFault::Foreign | ReplicaFault::Away(_) => Some(Duration::from_secs(5)),
            ReplicaFault::Refused(_) => None,
        }
    }
}

/// The listener to such faults.
pub type OnReplicaFault = Rc<dyn Fn(&ReplicaFault)>;

/// A replica of a database.
pub(crate) struct Replica {
    primary: Rc<Database>,
    connections: Connections,
    reads: Rc<Reads>,
    /// Until when it isn't asked.
    rests: Cell<Option<Instant>>,
    on_fault: OnReplicaFault,
}

impl Replica {
    pub fn new(primary: Rc<Database>, driver: Rc<dyn Driver>, on_fault: OnReplicaFault) -> Self {
        Replica {
            primary,
            connections: Connections::read_by(READERS, driver, Sync::Disk),
            reads: reading::line(READERS),
            rests: Cell::new(None),
            on_fault,
        }
    }

    /// Whether it isn't asked now.
    pub fn rests(&self) -> bool {
        let until = self.rests.get();
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether this read may try. After a rest one does, and the others ask the primary until that one knows.
    fn tries(&self) -> bool {
        if self.rests() {
            return false;
        }
        if self.rests.get().is_some() {
            self.rests.set(Some(Instant::now() + TO_HEAR));
        }
        true
    }

    /// Reads there, or else at the primary.
    pub async fn read(&self, asked: Asked) -> reading::Answered {
        reading::read(self, &self.reads, asked).await
    }

    async fn row_there(
        &self,
        shape: &Shape,
        values: &[SqlValue],
    ) -> Result<Vec<SqlValue>, ReplicaFault> {
        let position = self.position().await?;
        let lease = self.within(TO_HEAR, self.reached(&position)).await??;
        // A statement of its own, whose snapshot is made after the look: one that looked itself might look later than its snapshot.
        let prepared = self.primary.cache.prepared(shape);
        let params = prepared.params(values.to_vec());
        let read = lease.execute(&prepared.sql, &params);
        // A replica that is gone is found by the next look; this one may only have been asked for much.
        let read = self.within(TO_ANSWER, read).await;
        let too_long = || ReplicaFault::Refused("a read took too long".to_owned());
        let mut rows = read.map_err(|_| too_long())?.map_err(refused)?;
        lease.give_back();
        rows.pop()
            .ok_or_else(|| ReplicaFault::Refused("a read gave no row".to_owned()))
    }

    /// How far the primary is.
    async fn position(&self) -> Result<[SqlValue; 3], ReplicaFault> {
        let lease = self.primary.connections.reader().await.map_err(away)?;
        let rows = lease.execute(POSITION, &[]).await.map_err(away)?;
        lease.give_back();
        let unknown = || ReplicaFault::Away("the primary doesn't say how far it is".to_owned());
        let row = <[SqlValue; 3]>::try_from(rows.concat()).map_err(|_| unknown())?;
        let [server, SqlValue::Text(timeline), place] = row else {
            return Err(unknown());
        };
        let timeline = i64::from_str_radix(&timeline, 16).map_err(|_| unknown())?;
        Ok([server, SqlValue::Integer(timeline), place])
    }

    /// A connection to a replica that is as far. The same connection has to read: an address may lead to several replicas.
    async fn reached(&self, position: &[SqlValue; 3]) -> Result<Lease, ReplicaFault> {
        let lease = self.connections.reader().await.map_err(away)?;
        let rows = lease.execute(REACHED, position).await.map_err(away)?;
        let is_true = |column: usize| {
            let value = rows.first().and_then(|row| row.get(column));
            value == Some(&SqlValue::Integer(1))
        };
        match (is_true(0), is_true(1)) {
            (true, true) => Ok(lease),
            (true, false) => {
                lease.give_back();
                Err(ReplicaFault::Behind)
            }
            // Closed, so that the next one may be to another server.
            (false, _) => Err(ReplicaFault::Foreign),
        }
    }

    async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, ReplicaFault> {
        match select(pin!(work), pin!(self.connections.pause(time))).await {
            Either::Left((done, _)) => Ok(done),
            Either::Right(_) => Err(ReplicaFault::Away("it doesn't answer".to_owned())),
        }
    }
}

impl Rows for Replica {
    async fn row(&self, shape: &Shape, values: Vec<SqlValue>) -> Result<Vec<SqlValue>, StoreError> {
        if !self.tries() {
            return self.primary.row(shape, values).await;
        }
        let there = self.row_there(shape, &values).await;
        let rest = there.as_ref().err().and_then(ReplicaFault::rest);
        self.rests.set(rest.map(|rest| Instant::now() + rest));
        match there {
            Ok(row) => Ok(row),
            Err(fault) => {
                (self.on_fault)(&fault);
                self.primary.row(shape, values).await
            }
        }
    }
}

fn away(error: DriverError) -> ReplicaFault {
    ReplicaFault::Away(error.to_string())
}

/// A read of a replica that is there and far enough failed: either the connection went, or the statement was ended.
fn refused(error: DriverError) -> ReplicaFault {
    match error {
        DriverError::Unavailable(why) => ReplicaFault::Away(why),
        error => ReplicaFault::Refused(error.to_string()),
    }
}
