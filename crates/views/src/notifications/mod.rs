//! The inbox as its user sees it, and the rule that decides which news it shows.

mod inbox;
mod shown;
mod subject;
mod view;

pub use inbox::{UnreadCountView, notifications_of, unread_notifications};
pub use shown::{READS, Shown, newest_first, one, own, shown};
pub use subject::{Standing, Subject, actor, metadata, standing};
pub use view::NotificationView;
