//! `PUT` and `DELETE /v1/conversations/{conversationId}/messages/{messageId}/vote`: the caller's vote, changed and taken back.

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::error::FieldError;
use whisper_kit::ids::derived_id;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result, events,
};
use whisper_messages::{PollView, ballot_id, may_still_send, options_of, places, tally_id};
use whisper_schema::body::Fields;
use whisper_schema::content_db::Poll;
use whisper_schema::main_db::Message;
use whisper_schema::system::{PollBallot, PollChoice, PollClosing, PollTally};
use whisper_schema::{Body, Column, Rule, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::VOTING;
use super::key::{HEADER, VoteKey};
use super::open::{Opened, open};
use super::results::answer;
use crate::opened::Named;

/// The caller's choice.
#[derive(Clone, Debug, Body)]
#[body(check = Vote::check, example = r#"{"options": [0]}"#)]
#[body(rule = r#"{"properties": {"options": {"uniqueItems": true}}}"#)]
pub struct Vote {
    /// The places of the chosen options, from 0; one, unless the poll allows several.
    #[field(required, count = 1..=12, range = 0..=11)]
    options: Vec<i64>,
}

impl Vote {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let mut seen = BTreeSet::new();
        for (index, option) in self.options.iter().enumerate() {
            if !seen.insert(option) {
                let key = format!("options[{index}]");
                fields.refuse(&key, Rule::Unique, "is chosen twice");
            }
        }
    }
}

/// The endpoint that sets the caller's vote.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        super::VOTE,
        "votePoll",
        "Sets the caller's vote in a message's poll: the first one, or another in its place. An anonymous poll needs the header \
         `Vote-Key`, a secret of the voter's app: without the same key the vote can be neither seen, changed nor taken back, by anybody.",
        vote,
    )
    .own_headers(&[HEADER])
    .reply::<PollView>(200, "The results with the vote.")
    .codes(CODES)
}

/// The endpoint that takes the caller's vote back.
pub fn withdraw_endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::VOTE,
        "withdrawVote",
        "Takes the caller's vote back. In an anonymous poll that needs the `Vote-Key` that it was made with.",
        withdraw,
    )
    .own_headers(&[HEADER])
    .reply::<PollView>(200, "The results without a vote of the caller's.")
    .codes(CODES)
}

const CODES: &[Code] = &[
    Code::NotFound,
    Code::Forbidden,
    Code::PollClosed,
    Code::InvalidHeader,
    Code::RateLimited,
];

async fn vote(ctx: Ctx, request: Request, Json(vote): Json<Vote>) -> Result<Reply> {
    let wanted: BTreeSet<i64> = vote.options.into_iter().collect();
    set(&ctx, &request, wanted).await
}

async fn withdraw(ctx: Ctx, request: Request) -> Result<Reply> {
    set(&ctx, &request, BTreeSet::new()).await
}

/// Makes this the caller's choice; none takes the vote back.
async fn set(ctx: &Ctx, request: &Request, wanted: BTreeSet<i64>) -> Result<Reply> {
    let (named, key) = (Named::of(request)?, VoteKey::of(request)?);
    let opened = ctx
        .retry(async || attempt(ctx, &named, key.as_ref(), &wanted).await)
        .await?;
    answer(ctx, &opened, key.as_ref(), ctx.now()).await
}

async fn attempt(
    ctx: &Ctx,
    named: &Named<'_>,
    key: Option<&VoteKey>,
    wanted: &BTreeSet<i64>,
) -> Result<Attempt<Opened>> {
    let opened = open(ctx, named).await?;
    if opened.member.is_blocked {
        return Err(Error::forbidden("You can't vote in this conversation."));
    }
    check(&opened.poll, wanted)?;
    let before = choices_before(&opened, key)?;
    if *wanted == before {
        return Ok(Attempt::Done(opened));
    }
    if opened.is_closed(ctx.now()) {
        return Err(Error::new(
            Code::PollClosed,
            "Voting in this poll has ended.",
        ));
    }
    let batch = batch(ctx, &opened, key, &before, wanted)?;
    let committed = VOTING.of_caller(ctx).await?.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(opened)))
}

/// Holds the choice against the poll.
fn check(poll: &Poll, wanted: &BTreeSet<i64>) -> Result<()> {
    let there = options_of(poll).len();
    let mut errors: Vec<FieldError> = Vec::new();
    let is_there = |place: &i64| usize::try_from(*place).is_ok_and(|place| place < there);
    if !wanted.iter().all(is_there) {
        let detail = format!(
            "must name options of the poll: 0 to {}",
            there.saturating_sub(1)
        );
        errors.push(FieldError::new("options", Rule::Reference, detail));
    }
    if wanted.len() > 1 && !poll.allow_multiple {
        let detail = "must name one option: the poll doesn't allow several";
        errors.push(FieldError::new("options", Rule::Size, detail));
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Error::fields(errors)),
    }
}

/// The caller's choice so far.
///
/// # Errors
/// `invalid_header` without the key that an anonymous poll needs, `forbidden` with another one than the vote was made with.
fn choices_before(opened: &Opened, key: Option<&VoteKey>) -> Result<BTreeSet<i64>> {
    let ballot = opened.ballot.as_ref();
    if !opened.poll.is_anonymous {
        let choices = ballot.and_then(|ballot| ballot.choices.as_deref());
        return Ok(choices
            .map(places)
            .unwrap_or_default()
            .into_iter()
            .collect());
    }
    let Some(key) = key else {
        let detail = "An anonymous poll needs the header Vote-Key.";
        return Err(Error::new(Code::InvalidHeader, detail));
    };
    let Some(ballot) = ballot else {
        return Ok(BTreeSet::new());
    };
    let choices = key.open(ballot).ok_or_else(|| {
        Error::forbidden("The vote was made with another Vote-Key; nobody can read or change it.")
    })?;
    Ok(choices.into_iter().collect())
}

/// The commit that turns one choice into another: the ballot, the tallies, and the conditions under which it may.
fn batch(
    ctx: &Ctx,
    opened: &Opened,
    key: Option<&VoteKey>,
    before: &BTreeSet<i64>,
    wanted: &BTreeSet<i64>,
) -> Result<Batch> {
    let (poll, me) = (&opened.poll.value, opened.member.user_id.as_str());
    let there = Filter::and([
        Filter::eq(Column::<Message>::id(), opened.message.id.as_str()),
        Filter::stands(Timestamp::AT_COMMIT),
    ]);
    let batch = Batch::new()
        .expect_some(may_still_send(&opened.member))
        .expect_some(there)
        .expect_none(Filter::eq(Column::<PollClosing>::id(), poll.id.as_str()));
    let voters = i64::from(!wanted.is_empty()) - i64::from(!before.is_empty());
    let batch = match voters {
        0 => batch.expect_some(Filter::and([
            Filter::eq(Column::id(), poll.id.as_str()),
            still_open(),
        ])),
        more => {
            let counted = Patch::new().add(Poll::TOTAL_VOTES, more);
            batch.update_if(&poll.id, counted, still_open())
        }
    };
    let batch = ballot(batch, opened, key, wanted)?;
    let batch = wanted.difference(before).fold(batch, |batch, option| {
        let batch = batch.insert_or_update(
            &PollTally {
                id: tally_id(&poll.id, *option),
                poll_id: poll.id.clone(),
                option: *option,
                votes: 1,
            },
            Patch::new().add(PollTally::VOTES, 1),
        );
        match poll.is_anonymous {
            true => batch,
            false => batch.insert(&PollChoice {
                id: choice_id(&poll.id, me, *option),
                poll_id: poll.id.clone(),
                option: *option,
                user_id: me.to_owned(),
                chosen_at: Timestamp::AT_COMMIT,
            }),
        }
    });
    let batch = before.difference(wanted).fold(batch, |batch, option| {
        let tally = tally_id(&poll.id, *option);
        let batch = batch.increment::<PollTally>(&tally, PollTally::VOTES, -1);
        match poll.is_anonymous {
            true => batch,
            false => batch.delete::<PollChoice>(&choice_id(&poll.id, me, *option)),
        }
    });
    let what = json!({
        "conversationId": opened.message.conversation_id,
        "messageId": opened.message.id,
        "pollId": poll.id,
        "totalVotes": poll.total_votes + voters,
    });
    // An anonymous poll doesn't tell who votes in it, not even when.
    let who = (!poll.is_anonymous).then_some(me);
    events::append(ctx, batch, "poll.voted", &opened.message.id, who, &what)
}

/// The write of the voter's ballot.
fn ballot(
    batch: Batch,
    opened: &Opened,
    key: Option<&VoteKey>,
    wanted: &BTreeSet<i64>,
) -> Result<Batch> {
    let (poll, me) = (&opened.poll.value, opened.member.user_id.as_str());
    let id = ballot_id(&poll.id, me);
    let unchanged = opened
        .ballot
        .as_ref()
        .map(|ballot| Filter::revision(ballot.revision));
    if wanted.is_empty() {
        return Ok(match unchanged {
            Some(unchanged) => batch.delete_if::<PollBallot>(&id, unchanged),
            None => batch,
        });
    }
    let chosen: Vec<i64> = wanted.iter().copied().collect();
    let sealed = match (poll.is_anonymous, key) {
        (true, Some(key)) => Some(key.seal(&id, &chosen)?),
        _ => None,
    };
    let choices = sealed.is_none().then(|| json!(chosen).to_string());
    let voted_at = sealed.is_none().then_some(Timestamp::AT_COMMIT);
    Ok(match unchanged {
        None => batch.insert(&PollBallot {
            id,
            poll_id: poll.id.clone(),
            user_id: me.to_owned(),
            choices,
            sealed,
            voted_at,
        }),
        Some(unchanged) => {
            let patch = Patch::new()
                .set(PollBallot::CHOICES, choices)
                .set(PollBallot::SEALED, sealed)
                .set(PollBallot::VOTED_AT, voted_at);
            batch.update_if(&id, patch, unchanged)
        }
    })
}

/// Holds for a poll that takes votes at the time of the commit: one that was closed after the request began takes none.
pub fn still_open() -> Filter<Poll> {
    Filter::or([
        Filter::is_null(Poll::EXPIRES_AT),
        Filter::gt(Poll::EXPIRES_AT, Timestamp::AT_COMMIT),
    ])
}

fn choice_id(poll: &str, user: &str, option: i64) -> String {
    derived_id(&["choice", poll, user, &option.to_string()])
}
