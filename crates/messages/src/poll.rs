//! Polls as their viewers see them: how many chose each option, and the viewer's own choice.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use whisper_kit::ids::derived_id;
use whisper_schema::Timestamp;
use whisper_schema::content_db::Poll;
use whisper_schema::main_db::{Message, MessageContentType};
use whisper_schema::system::{PollBallot, PollClosing, PollTally};
use whisper_store::{Answers, Doc, Filter, Get, Query, Questions, ReadSet, StoreError};

use crate::ids::poll_id;

/// The most options of a poll.
pub const MOST_OPTIONS: usize = 12;
/// Polls whose tallies one question asks for, so that they fit its answer.
const CHUNK: usize = 50;

/// A poll's results, with the viewer's choice.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PollView {
    /// Id of the poll.
    pub poll_id: String,
    /// The options in their order; votes name them by their places, from 0.
    pub options: Vec<PollOptionView>,
    /// How many users have voted.
    pub total_votes: i64,
    /// Whether one may choose several options.
    pub allow_multiple: bool,
    /// Whether nobody can see the choices of others.
    pub is_anonymous: bool,
    /// When voting ends, or ended; absent if it doesn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Whether voting has ended.
    pub is_closed: bool,
    /// Whether the viewer has voted.
    pub has_voted: bool,
    /// The places of the options that the viewer chose; absent in an anonymous poll, unless asked for with the voter's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<i64>>,
}

/// An option of a poll.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PollOptionView {
    /// Its words.
    pub text: String,
    /// How many users chose it.
    pub votes: i64,
}

/// Id of the tally of an option.
pub fn tally_id(poll: &str, option: i64) -> String {
    derived_id(&["tally", poll, &option.to_string()])
}

/// Id of a user's ballot.
pub fn ballot_id(poll: &str, user: &str) -> String {
    derived_id(&["ballot", poll, user])
}

/// The options' words.
pub fn options_of(poll: &Poll) -> Vec<String> {
    serde_json::from_str(&poll.options).unwrap_or_default()
}

/// Whether voting has ended: somebody closed the poll, or its time is over.
pub fn is_closed(poll: &Poll, was_closed: bool, now: Timestamp) -> bool {
    was_closed || poll.expires_at.is_some_and(|end| end <= now)
}

/// The places that a stored list of choices names.
pub fn places(choices: &str) -> Vec<i64> {
    serde_json::from_str(choices).unwrap_or_default()
}

/// The questions about the polls that messages show; the answer is [`Polls`].
pub struct Polling(Asked);

/// Polls, their closings and tallies, and the viewer's ballots.
type Asked = (
    Vec<Get<Poll>>,
    Vec<Get<PollClosing>>,
    Vec<Query<PollTally>>,
    Vec<Get<PollBallot>>,
);

/// Polls as one viewer sees them.
#[derive(Debug, Default)]
pub struct Polls {
    polls: BTreeMap<String, Poll>,
    closed: BTreeSet<String>,
    tallies: BTreeMap<(String, i64), i64>,
    ballots: BTreeMap<String, PollBallot>,
}

/// Asks for the polls that these messages show, as `me` sees them; for nothing where none shows one.
pub fn polls_of<'a>(me: &str, messages: impl IntoIterator<Item = &'a Message>) -> Polling {
    let ids: Vec<String> = messages
        .into_iter()
        .filter(|message| message.content_type == MessageContentType::Poll)
        .map(|message| poll_id(&message.id))
        .collect();
    let tallies = ids.chunks(CHUNK).map(|ids| {
        let of = Filter::is_in(PollTally::POLL_ID, ids.iter().map(String::as_str));
        let most = u32::try_from(ids.len() * MOST_OPTIONS).unwrap_or(u32::MAX);
        Query::new().filter(of).limit(most)
    });
    let ballots = ids.iter().map(|id| Get::id(ballot_id(id, me)));
    Polling((
        ids.iter().map(Get::id).collect(),
        ids.iter().map(Get::id).collect(),
        tallies.collect(),
        ballots.collect(),
    ))
}

impl ReadSet for Polling {
    type Output = Polls;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Polls, StoreError> {
        let (polls, closings, tallies, ballots) = self.0.take(answers)?;
        let polls = polls.into_iter().flatten().map(Doc::into_inner);
        let tallies = tallies.into_iter().flatten().map(Doc::into_inner);
        let ballots = ballots.into_iter().flatten().map(Doc::into_inner);
        Ok(Polls {
            polls: polls.map(|poll| (poll.id.clone(), poll)).collect(),
            closed: closings
                .into_iter()
                .flatten()
                .map(|closing| closing.id.clone())
                .collect(),
            tallies: tallies
                .map(|tally| ((tally.poll_id, tally.option), tally.votes))
                .collect(),
            ballots: ballots
                .map(|ballot| (ballot.poll_id.clone(), ballot))
                .collect(),
        })
    }
}

impl Polls {
    /// The viewer's ballot in the poll that a message shows.
    pub fn ballot(&self, message: &Message) -> Option<&PollBallot> {
        self.ballots.get(&poll_id(&message.id))
    }

    /// The results of the poll that a message shows; none where it shows none.
    pub fn view(&self, message: &Message, now: Timestamp) -> Option<PollView> {
        let poll = self.polls.get(&poll_id(&message.id))?;
        let ballot = self.ballots.get(&poll.id);
        let votes = |place: usize| {
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            let counted = self.tallies.get(&(poll.id.clone(), place));
            counted.copied().unwrap_or_default()
        };
        let options = options_of(poll).into_iter().enumerate();
        let choices = match (poll.is_anonymous, ballot) {
            (true, _) => None,
            (false, None) => Some(Vec::new()),
            (false, Some(ballot)) => ballot.choices.as_deref().map(places),
        };
        Some(PollView {
            poll_id: poll.id.clone(),
            options: options
                .map(|(place, text)| PollOptionView {
                    text,
                    votes: votes(place),
                })
                .collect(),
            total_votes: poll.total_votes,
            allow_multiple: poll.allow_multiple,
            is_anonymous: poll.is_anonymous,
            expires_at: poll.expires_at,
            is_closed: is_closed(poll, self.closed.contains(&poll.id), now),
            has_voted: ballot.is_some(),
            choices,
        })
    }
}
