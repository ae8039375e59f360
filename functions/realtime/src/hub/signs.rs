//! Signs that pass: typing and presence.

use std::collections::BTreeSet;
use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_schema::prelude::{Signal, SignalKind};
use whisper_store::Doc;

use super::Hub;
use crate::audience::{Audience, User};
use crate::frame::Frame;
use crate::opening::there;
use crate::parting::Parting;
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
    /// Each with the streams that hear of it.
    frames: Vec<(Vec<u64>, Rc<Frame>)>,
    /// Users who watch other people than before.
    pub watchers: BTreeSet<String>,
    /// Commit number of the last; none where there was none.
    pub last: Option<i64>,
}

impl Signs {
    /// None, up to this commit number.
    pub fn none_up_to(last: i64) -> Self {
        Signs {
            last: Some(last),
            ..Signs::default()
        }
    }
}

/// The events that these signals make for the streams of a hub.
///
/// # Errors
/// The store's.
pub async fn signs(
    ctx: &Ctx,
    audience: &Audience,
    hub: &Hub,
    signals: Vec<Doc<Signal>>,
) -> Result<Signs> {
    let Some(last) = signals.last().map(|last| last.seq) else {
        return Ok(Signs::default());
    };
    let watchers = signals.iter();
    let watchers = watchers.filter(|signal| signal.kind == SignalKind::Watch);
    let watchers = watchers.map(|signal| signal.user_id.clone()).collect();
    let ears = hub.ears();
    let people = signals.iter().map(|signal| signal.user_id.as_str());
    let parting = &Parting::read(ctx, audience, people).await?;
    let members: Vec<_> = ears
        .iter()
        .map(|ear| {
            let viewer = audience.viewer(&ear.user);
            let is_member =
                move |place: &str| viewer.is_some_and(|viewer| viewer.places.contains_key(place));
            let is_blocked = move |user: &str| {
                viewer.is_none_or(|viewer| parting.parts(&ear.user, viewer, user))
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
    let frames = told.into_iter().map(|(hearing, told)| {
        let streams = hearing.into_iter().filter_map(|ear| ears.get(ear));
        let streams = streams.map(|ear| ear.id).collect();
        Ok((streams, Rc::new(Frame::passing(told, now)?)))
    });
    Ok(Signs {
        frames: frames.collect::<Result<_>>()?,
        watchers,
        last: Some(last),
    })
}

impl Hub {
    /// All streams.
    fn ears(&self) -> Vec<Ear> {
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

    /// Hands the events to the streams.
    pub(super) fn hand_out_signs(&self, signs: &Signs) {
        if let Some(last) = signs.last {
            self.signals.set(last);
        }
        let mut streams = self.streams.borrow_mut();
        for (ids, frame) in &signs.frames {
            for id in ids {
                if let Some(stream) = streams.get_mut(id)
                    && stream.push(Rc::clone(frame))
                {
                    self.ready.borrow_mut().push(*id);
                }
            }
        }
    }

    /// Reads anew whom the streams of the users watch who watch other people than before.
    pub(super) async fn watch_anew(&self, ctx: &Ctx) -> Result<()> {
        let watchers = self.watchers.borrow().clone();
        let ids: Vec<u64> = {
            let streams = self.streams.borrow();
            let streams = streams.iter();
            let of = streams.filter(|(_, stream)| watchers.contains(&*stream.user));
            of.map(|(id, _)| *id).collect()
        };
        for id in ids {
            self.watch_now(ctx, id).await?;
        }
        self.watchers
            .borrow_mut()
            .retain(|user| !watchers.contains(user));
        Ok(())
    }

    /// Reads anew whom a stream watches.
    async fn watch_now(&self, ctx: &Ctx, id: u64) -> Result<()> {
        let of = {
            let streams = self.streams.borrow();
            let stream = streams.get(&id);
            stream.map(|stream| (Rc::clone(&stream.user), stream.session.clone()))
        };
        let Some((user, session)) = of else {
            return Ok(());
        };
        let now = watched(ctx, &user, &session).await?;
        if let Some(stream) = self.streams.borrow_mut().get_mut(&id) {
            stream.watched = Rc::new(now);
        }
        Ok(())
    }

    /// Tells streams that may have missed signs while they opened which of the people they watch are there: of the people whom they watch by
    /// now, as that may have been one of the signs.
    pub(super) async fn tell_newcomers(&self, ctx: &Ctx) -> Result<()> {
        for id in self.newcomers.take() {
            self.watch_now(ctx, id).await?;
            let ear = {
                let streams = self.streams.borrow();
                streams.get(&id).map(|stream| Ear {
                    id,
                    user: Rc::clone(&stream.user),
                    watched: Rc::clone(&stream.watched),
                })
            };
            let Some(ear) = ear else { continue };
            let viewer = self.audience.borrow().viewer(&ear.user).cloned();
            for frame in there(ctx, &ear.user, viewer.as_ref(), &ear.watched).await? {
                if let Some(stream) = self.streams.borrow_mut().get_mut(&id)
                    && stream.push(Rc::new(frame))
                {
                    self.ready.borrow_mut().push(id);
                }
            }
        }
        Ok(())
    }

    /// Says that the devices with a stream are there, and has the users told of whose presence has run out.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use futures::executor::block_on;
    use serde_json::{Value, json};
    use whisper_kit::Method;
    use whisper_kit::testing::TestEdge;

    use super::*;
    use crate::hub::chores::Due;

    #[test]
    fn a_stream_that_signs_passed_by_while_it_opened_reads_anew_whom_it_watches() {
        let edge = TestEdge::new(&crate::api(), &[]);
        let (_, token) = block_on(edge.user());
        let (other, _) = block_on(edge.user());
        let call = |method: Method, path: &str, body: &Value| {
            block_on(edge.send(method, path, &token, body))
        };
        call(Method::GET, "/v1/realtime", &Value::Null);
        let hub = Hub::of_instance();
        // As if the change came while the second stream opened: it has read the people of before.
        let path = "/v1/realtime/watched";
        call(Method::PUT, path, &json!({"userIds": [other]})).expect(204);
        hub.signals.set(i64::MAX);
        call(Method::GET, "/v1/realtime", &Value::Null);
        let newest = *hub.streams.borrow().keys().max().unwrap();
        let set = |watched: BTreeSet<String>| {
            let mut streams = hub.streams.borrow_mut();
            streams.get_mut(&newest).unwrap().watched = Rc::new(watched);
        };
        set(BTreeSet::new());
        assert!(hub.has_chores());
        assert!(block_on(hub.do_chores(&edge.ctx(), Due::default())));
        let watched = Rc::clone(&hub.streams.borrow()[&newest].watched);
        assert_eq!(*watched, BTreeSet::from([other]));
        assert!(!hub.has_chores());
    }
}
