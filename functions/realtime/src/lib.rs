#![doc = include_str!("../README.md")]

mod audience;
mod event;
mod frame;
mod hub;
mod log;
mod messages;
mod news;
mod personal;
mod places;
mod poll;
mod position;
mod replay;
mod round;
mod sessions;
mod sights;
mod stop;
mod stream;
mod ticket;
mod viewer;

use whisper_kit::Api;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new(
        "realtime",
        "Tells every device what happens: streams and long polls, typing, presence.",
    )
    .rates(&[ticket::RATE])
    .numbers(&[stream::STREAMS, stream::MINUTES])
    .endpoint(stream::endpoint())
    .endpoint(poll::endpoint())
    .endpoint(ticket::endpoint())
    .endpoint(stop::endpoint())
}
