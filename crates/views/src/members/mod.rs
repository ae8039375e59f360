//! Members of a conversation as another member sees them.

mod reached;
mod seen;
mod view;

pub use reached::Reached;
pub use seen::{members_of, members_seen};
pub use view::MemberView;
