#![doc = include_str!("../README.md")]

mod added;
mod addressed;
mod audience;
mod event;
mod frame;
mod hub;
mod limits;
mod log;
mod messages;
mod moves;
mod news;
mod opening;
mod parting;
mod personal;
mod places;
mod poll;
mod portion;
mod position;
mod presence;
mod replay;
pub mod round;
mod sessions;
mod sights;
pub mod signals;
mod stop;
mod stream;
mod telling;
mod ticket;
mod turns;
mod typing;
mod viewer;
mod wake;
mod watched;

use whisper_kit::Api;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    let api = Api::new(
        "realtime",
        "Tells every device what happens: streams and long polls, typing, presence.",
    )
    .rates(&[
        ticket::RATE,
        replay::LONG,
        typing::SIGNS,
        presence::WORDS,
        watched::CHANGES,
    ])
    .numbers(&[limits::STREAMS, limits::MINUTES])
    .endpoint(stream::endpoint())
    .endpoint(poll::endpoint())
    .endpoint(ticket::endpoint())
    .endpoint(stop::endpoint())
    .endpoint(wake::endpoint());
    let api = typing::endpoints(api);
    presence::endpoints(api).endpoint(watched::endpoint())
}
