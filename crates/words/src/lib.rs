#![doc = include_str!("../README.md")]

mod fold;
mod phrase;
mod question;
mod script;
mod words;

pub use phrase::{Phrase, is_word, marks, phrases};
pub use question::{NoQuestion, QUESTION_CHARACTERS, QUESTION_WORDS, question};
pub use words::{Word, indexed, shortened, words};
