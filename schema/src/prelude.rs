//! Every document and every choice, and the traits and types needed to use them.

pub use crate::analytics_db::*;
pub use crate::content_db::*;
pub use crate::main_db::*;
pub use crate::social_db::*;
pub use crate::system::*;
pub use crate::web3_db::*;
pub use crate::{Choice, Column, Document, Ephemeral, Timestamp};
