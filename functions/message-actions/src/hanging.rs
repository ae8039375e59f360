//! Things that hang on messages and go with them: marks, reactions and their counts, pins, earlier versions, openings, votes,
//! numbers of answers, views of channels.
//!
//! A message that is removed takes all of it along, over several commits where it is much. One that is deleted for all keeps
//! its place: users who had deleted it for themselves still don't see that, and its answers stay and are counted. The rest goes,
//! some of it with the deletion, and the remainder with the job.

use whisper_kit::Result;
use whisper_kit::jobs::Budget;
use whisper_messages::ids::poll_id;
use whisper_schema::system::{
    Broadcast, BroadcastCopy, ChannelPost, MessageMark, MessageMarkKind, MessageOpening,
    MessagePin, MessageReaction, MessageReactionCount, MessageThread, MessageVersion, PollBallot,
    PollChoice, PollClosing, PollTally, PostViewer,
};
use whisper_schema::{Column, Document};
use whisper_store::{Batch, Filter};

/// Most copies of broadcasts that a commit forgets.
const COPIES: u64 = 1_000;

/// The rows that hang on some messages.
pub struct Hanging {
    marks: Filter<MessageMark>,
    reactions: Filter<MessageReaction>,
    reaction_counts: Filter<MessageReactionCount>,
    versions: Filter<MessageVersion>,
    openings: Filter<MessageOpening>,
    pins: Filter<MessagePin>,
    posts: Filter<ChannelPost>,
    viewers: Filter<PostViewer>,
    /// None where the messages keep their places: copies of broadcasts follow the changes of these.
    broadcasts: Option<(Filter<Broadcast>, Filter<BroadcastCopy>)>,
    /// None where the messages keep their places.
    threads: Option<Filter<MessageThread>>,
    /// None where none of the messages has a poll.
    votes: Option<Votes>,
}

/// The rows that hang on polls.
struct Votes {
    ballots: Filter<PollBallot>,
    choices: Filter<PollChoice>,
    tallies: Filter<PollTally>,
    closings: Filter<PollClosing>,
}

impl Hanging {
    /// The rows that hang on messages with these ids, of which `with_polls` have polls.
    pub fn of(messages: &[&str], with_polls: &[&str]) -> Self {
        let ids = || messages.iter().copied();
        let polls = || with_polls.iter().map(|message| poll_id(message));
        Hanging {
            marks: Filter::is_in(MessageMark::MESSAGE_ID, ids()),
            reactions: Filter::is_in(MessageReaction::MESSAGE_ID, ids()),
            reaction_counts: Filter::is_in(MessageReactionCount::MESSAGE_ID, ids()),
            versions: Filter::is_in(MessageVersion::MESSAGE_ID, ids()),
            openings: Filter::is_in(MessageOpening::MESSAGE_ID, ids()),
            pins: Filter::is_in(Column::id(), ids()),
            posts: Filter::is_in(Column::id(), ids()),
            viewers: Filter::is_in(PostViewer::MESSAGE_ID, ids()),
            broadcasts: Some((
                Filter::is_in(Column::id(), ids()),
                Filter::is_in(BroadcastCopy::MESSAGE_ID, ids()),
            )),
            threads: Some(Filter::is_in(Column::id(), ids())),
            votes: (!with_polls.is_empty()).then(|| Votes {
                ballots: Filter::is_in(PollBallot::POLL_ID, polls()),
                choices: Filter::is_in(PollChoice::POLL_ID, polls()),
                tallies: Filter::is_in(PollTally::POLL_ID, polls()),
                closings: Filter::is_in(Column::id(), polls()),
            }),
        }
    }

    /// The same without the rows that belong to the places of the messages, which stay: the marks of users who deleted one for
    /// themselves, and the numbers of answers.
    #[must_use]
    pub fn but_places(self) -> Self {
        let others = Filter::ne(MessageMark::KIND, MessageMarkKind::Deleted);
        Hanging {
            marks: Filter::and([self.marks, others]),
            threads: None,
            broadcasts: None,
            ..self
        }
    }

    /// Removes it, on the condition that it is no more than so many rows of a kind. A crowd's reactions or marks are more,
    /// and are removed over several commits first ([`Hanging::drain`]).
    pub fn remove(self, batch: Batch, rows: u64) -> Batch {
        let batch = self.one_each(batch, rows);
        let batch = all(batch, self.marks, rows);
        let batch = all(batch, self.reactions, rows);
        let batch = all(batch, self.reaction_counts, rows);
        let batch = all(batch, self.versions, rows);
        let batch = all(batch, self.openings, rows);
        let batch = all(batch, self.viewers, rows);
        let Some(votes) = self.votes else {
            return batch;
        };
        let batch = all(batch, votes.ballots, rows);
        let batch = all(batch, votes.choices, rows);
        all(batch, votes.tallies, rows)
    }

    /// Removes so many rows of each kind; there may be more.
    pub fn remove_some(self, batch: Batch, rows: u64) -> Batch {
        let batch = self
            .one_each(batch, rows)
            .delete_where(self.marks, rows)
            .delete_where(self.reactions, rows)
            .delete_where(self.reaction_counts, rows)
            .delete_where(self.versions, rows)
            .delete_where(self.openings, rows)
            .delete_where(self.viewers, rows);
        match self.votes {
            Some(votes) => batch
                .delete_where(votes.ballots, rows)
                .delete_where(votes.choices, rows)
                .delete_where(votes.tallies, rows),
            None => batch,
        }
    }

    /// Removes the rows of which each message has one at most.
    fn one_each(&self, batch: Batch, rows: u64) -> Batch {
        let batch = batch
            .delete_where(self.pins.clone(), rows)
            .delete_where(self.posts.clone(), rows);
        let batch = match &self.broadcasts {
            // A list has fewer recipients than rows that a commit may delete of all kinds together.
            Some((broadcasts, copies)) => batch
                .delete_where(broadcasts.clone(), rows)
                .delete_where(copies.clone(), COPIES),
            None => batch,
        };
        let batch = match &self.votes {
            Some(votes) => batch.delete_where(votes.closings.clone(), rows),
            None => batch,
        };
        match &self.threads {
            Some(threads) => batch.delete_where(threads.clone(), rows),
            None => batch,
        }
    }

    /// Removes it over several commits, as far as the budget of a run goes.
    ///
    /// # Errors
    /// The store's.
    pub async fn drain(self, run: &Budget<'_>) -> Result<()> {
        run.drain(&self.marks).await?;
        run.drain(&self.reactions).await?;
        run.drain(&self.reaction_counts).await?;
        run.drain(&self.versions).await?;
        run.drain(&self.openings).await?;
        run.drain(&self.viewers).await?;
        if let Some(votes) = self.votes {
            run.drain(&votes.ballots).await?;
            run.drain(&votes.choices).await?;
            run.drain(&votes.tallies).await?;
        }
        Ok(())
    }
}

fn all<D: Document>(batch: Batch, these: Filter<D>, rows: u64) -> Batch {
    batch.delete_where(these.clone(), rows).expect_none(these)
}
