//! A look at the log, for all streams of an instance.

use std::collections::BTreeSet;
use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_schema::prelude::{Event, Signal};

use super::Hub;
use super::signs::{Signs, signs};
use crate::audience::{Audience, User};
use crate::log;
use crate::news::News;
use crate::portion::Portion;
use crate::round::round;
use crate::telling::Told;

/// How much of each log is read: of events, and of signs.
pub type Portions = (Portion, Portion);

/// The findings of a look.
pub struct Heard {
    /// The events.
    pub events: Result<Events>,
    /// The signs that passed.
    pub signs: Result<Signs>,
}

/// The events of a look.
#[derive(Default)]
pub struct Events {
    /// The events, each with its listener.
    pub told: Vec<Told>,
    /// Where the log was read to; none where there was nothing new.
    pub last: Option<i64>,
    /// Whether there may be more.
    pub is_full: bool,
    /// The users whose sessions may be over.
    pub about_sessions: Vec<User>,
    /// Users who have other contacts than before: contacts are watched without being named.
    pub befriended: BTreeSet<String>,
}

/// Looks at the log, for listeners who are given back.
pub async fn look(
    ctx: Ctx,
    hub: Rc<Hub>,
    mut audience: Audience,
    portions: Portions,
) -> (Audience, Result<Heard>) {
    let outcome = read_on(&ctx, &hub, &mut audience, portions).await;
    (audience, outcome)
}

async fn read_on(
    ctx: &Ctx,
    hub: &Hub,
    audience: &mut Audience,
    (entries, passing): Portions,
) -> Result<Heard> {
    let (position, before) = (hub.position.get(), hub.signals.get());
    let both = log::behind_both(ctx, (position, entries.size()), (before, passing.size())).await;
    let (news, signals) = match both {
        Ok((news, signals)) => (Ok(news), Ok(signals)),
        Err(error) if error.is_outage() => return Err(error),
        // One of the two may be read without the other.
        Err(_) => (
            log::behind(ctx, position, entries.size()).await,
            log::signals_behind(ctx, before, passing.size()).await,
        ),
    };
    let events = match news {
        Ok(news) => told(ctx, audience, &news, entries).await,
        Err(error) => Err(error),
    };
    let events = match events {
        Err(error) if entries.is_last_try() && !error.is_outage() => {
            let over = log::step_over::<Event>(ctx, position, error).await;
            over.map(|last| Events {
                last: Some(last),
                is_full: true,
                ..Events::default()
            })
        }
        outcome => outcome,
    };
    let signs = match signals {
        Ok(signals) => signs(ctx, audience, hub, signals).await,
        Err(error) => Err(error),
    };
    let signs = match signs {
        Err(error) if passing.is_last_try() && !error.is_outage() => {
            let over = log::step_over::<Signal>(ctx, before, error).await;
            over.map(Signs::none_up_to)
        }
        outcome => outcome,
    };
    Ok(Heard { events, signs })
}

async fn told(
    ctx: &Ctx,
    audience: &mut Audience,
    news: &[News],
    portion: Portion,
) -> Result<Events> {
    let told = round(ctx, audience, news).await?;
    let befriended = news.iter().filter(|new| new.kind.starts_with("contact"));
    let befriended = befriended.flat_map(|new| new.by.as_deref().into_iter().chain(new.users()));
    let about_sessions = news.iter().filter(|new| {
        let subject = new.kind.split('.').next().unwrap_or_default();
        matches!(subject, "session" | "sessions" | "account" | "bot")
    });
    let users = about_sessions.flat_map(|new| [Some(new.subject.as_str()), new.by.as_deref()]);
    let users = users.flatten().filter_map(|user| audience.user(user));
    Ok(Events {
        about_sessions: users.collect(),
        befriended: befriended.map(str::to_owned).collect(),
        told,
        last: news.last().map(|last| last.seq),
        is_full: news.len() == portion.size() as usize,
    })
}
