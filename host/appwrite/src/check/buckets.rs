//! Buckets.

use std::collections::BTreeSet;

use super::Options;
use super::id::id;
use super::permission::permissions;
use super::rule::{Rule, Violation};
use super::tables::name;
use crate::limits::EXTENSIONS;
use crate::model::Config;

pub(super) fn buckets(config: &Config, options: Options, found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for bucket in &config.buckets {
        let place = format!("bucket {}", bucket.id);
        id(&place, &bucket.id, found);
        name(&place, &bucket.name, found);
        if !seen.insert(&bucket.id) {
            let message = "another bucket has this id";
            found.push(Violation::new(&place, Rule::Duplicate, message, "drop one"));
        }
        permissions(&place, &bucket.permissions, found);
        let limit = options.storage_limit;
        if let Some(size) = bucket.maximum_file_size {
            let bytes = u64::try_from(size).unwrap_or(0);
            if !(1..=limit).contains(&bytes) {
                let message = "the largest file is larger than the server's _APP_STORAGE_LIMIT";
                let mend = format!(
                    "raise _APP_STORAGE_LIMIT to {bytes}, or lower maximumFileSize to {limit}"
                );
                let violation = Violation::new(&place, Rule::StorageLimit, message, mend);
                found.push(violation.numbers(bytes, limit));
            }
        }
        if !matches!(bucket.compression.as_str(), "" | "none" | "gzip" | "zstd") {
            let message = format!("\"{}\" is no compression", bucket.compression);
            let mend = "none, gzip or zstd";
            found.push(Violation::new(&place, Rule::Compression, message, mend));
        }
        let extensions = bucket.extensions.len();
        if extensions > EXTENSIONS {
            let message = "too many file extensions";
            let violation = Violation::new(&place, Rule::Extensions, message, "drop some");
            found.push(violation.numbers(extensions as u64, EXTENSIONS as u64));
        }
    }
}
