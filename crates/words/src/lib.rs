#![doc = include_str!("../README.md")]

mod fold;
mod phrase;
mod script;
mod words;

pub use phrase::{Phrase, is_word, marks, phrases};
pub use words::{Word, indexed, words};
