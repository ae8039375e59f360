#![doc = include_str!("../README.md")]

mod address;
mod hold;
mod named;
mod view;

pub use address::{Address, Addresses};
pub use hold::{GONE, Held, Holder, copy, held_by, hold, hold_id, release};
pub use named::{Asking, Files, Named, check_ids, files};
pub use view::MediaView;
