//! Collections of `analyticsDB`: activity, notifications and measurements.

mod app_metric;
mod error_log;
mod notification;
mod user_activity;

pub use app_metric::AppMetric;
pub use error_log::{ErrorLog, ErrorLogSeverity};
pub use notification::{Notification, NotificationKind, NotificationPriority};
pub use user_activity::{UserActivity, UserActivityType};
