//! Measurements of the service.

use crate::{Collection, Timestamp};

/// A measured value.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "analyticsDB", id = "appAnalytics", name = "AppAnalytics")]
#[access(server = "The operator's.")]
#[retention(days(timestamp) = 400, job = "retention")]
#[index(idx_metric_time(metric_name, timestamp desc))]
pub struct AppMetric {
    /// Id of the document.
    pub id: String,
    /// Name of the metric, such as `messages_per_minute`.
    #[attr(size = 100)]
    pub metric_name: String,
    /// The value, in the unit of the metric.
    pub metric_value: f64,
    /// Dimensions it is broken down by: a JSON object from name to value.
    #[attr(size = 2000)]
    pub dimensions: Option<String>,
    /// When it was measured.
    pub timestamp: Timestamp,
}
