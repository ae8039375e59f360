//! Signs that pass: who writes, and who is there.

use std::collections::BTreeSet;
use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_schema::prelude::{Signal, SignalKind};
use whisper_store::Doc;

use super::Hub;
use crate::audience::{Audience, User};
use crate::frame::Frame;
use crate::signals::{Listener, keep, run_out, told, watched};

/// A stream, as it hears of signs.
pub struct Ear {
    id: u64,
    user: User,
    watched: Rc<BTreeSet<String>>,
}

/// The events that signs make for the streams.
#[derive(Default)]
pub struct Signs {
    frames: Vec<(u64, Rc<Frame>)>,
    /// Users who watch other people than before.
    watchers: BTreeSet<String>,
    /// Commit number of the last; none where there was none.
    pub last: Option<i64>,
}

/// The events that these signals make for these streams.
///
/// # Errors
/// The store's.
pub async fn signs(
    ctx: &Ctx,
    audience: &Audience,
    ears: &[Ear],
    signals: Vec<Doc<Signal>>,
) -> Result<Signs> {
    let Some(last) = signals.last().map(|last| last.seq) else {
        return Ok(Signs::default());
    };
    let watchers = signals.iter();
    let watchers = watchers.filter(|signal| signal.kind == SignalKind::Watch);
    let watchers = watchers.map(|signal| signal.user_id.clone()).collect();
    let members: Vec<_> = ears
        .iter()
        .map(|ear| {
            let viewer = audience.viewer(&ear.user);
            let is_member =
                move |place: &str| viewer.is_some_and(|viewer| viewer.places.contains_key(place));
            let is_blocked = move |user: &str| {
                viewer.is_none_or(|viewer| viewer.blocks.may_hit([user].into_iter()))
            };
            (is_member, is_blocked)
        })
        .collect();
    let listeners: Vec<Listener<'_>> = ears
        .iter()
        .zip(&members)
        .map(|(ear, (is_member, is_blocked))| Listener {
            user_id: &ear.user,
            watched: &ear.watched,
            is_member,
            is_blocked,
        })
        .collect();
    let told = told(ctx, &signals, &listeners).await?;
    let now = ctx.clock();
    let frames = told.into_iter().filter_map(|(ear, told)| {
        let ear = ears.get(ear)?;
        Some(Frame::passing(told, now).map(|frame| (ear.id, Rc::new(frame))))
    });
    Ok(Signs {
        frames: frames.collect::<Result<_>>()?,
        watchers,
        last: Some(last),
    })
}

impl Hub {
    /// All streams.
    pub(super) fn ears(&self) -> Vec<Ear> {
        let streams = self.streams.borrow();
        let streams = streams.iter();
        streams
            .map(|(id, stream)| Ear {
                id: *id,
                user: Rc::clone(&stream.user),
                watched: Rc::clone(&stream.watched),
            })
            .collect()
    }

    /// Hands the events to the streams, and reads anew whom they watch, where that changed.
    pub(super) async fn hand_out_signs(&self, ctx: &Ctx, signs: Signs) -> Result<()> {
        let Signs {
            frames,
            watchers,
            last,
        } = signs;
        let Some(last) = last else {
            return Ok(());
        };
        self.signals.set(last);
        for (id, frame) in frames {
            if let Some(stream) = self.streams.borrow_mut().get_mut(&id)
                && stream.push(frame)
            {
                self.ready.borrow_mut().push(id);
            }
        }
        let of = |user: &User| watchers.contains(&**user);
        let streams: Vec<(u64, User, String)> = {
            let streams = self.streams.borrow();
            let streams = streams.iter().filter(|(_, stream)| of(&stream.user));
            streams
                .map(|(id, stream)| (*id, Rc::clone(&stream.user), stream.session.clone()))
                .collect()
        };
        for (id, user, session) in streams {
            let now = watched(ctx, &user, &session).await?;
            if let Some(stream) = self.streams.borrow_mut().get_mut(&id) {
                stream.watched = Rc::new(now);
            }
        }
        Ok(())
    }

    /// Says that the devices with a stream are there, and has it told who is there no longer.
    pub(super) async fn keep_presence(&self, ctx: &Ctx) -> Result<()> {
        let (devices, watched) = {
            let streams = self.streams.borrow();
            let devices = streams.values();
            let devices = devices.map(|stream| (stream.user.to_string(), stream.session.clone()));
            let devices: BTreeSet<(String, String)> = devices.collect();
            let watched = streams.values().flat_map(|stream| stream.watched.iter());
            let watched: BTreeSet<String> = watched.cloned().collect();
            (devices.into_iter().collect::<Vec<_>>(), watched)
        };
        keep(ctx, &devices).await?;
        run_out(ctx, &watched).await
    }
}
