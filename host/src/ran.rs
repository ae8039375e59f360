//! The times up to which each job has been run, kept in the data folder: a job that became due while the host was down
//! is made up for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{data_dir, log};

/// The times, in memory and in the file.
#[derive(Debug)]
pub struct Ran {
    file: PathBuf,
    times: Mutex<BTreeMap<String, Timestamp>>,
}

impl Ran {
    /// The times of a data folder. A file that is missing or can't be read is an empty one: no job was missed.
    pub fn load(folder: &Path) -> Self {
        let file = folder.join(data_dir::RAN);
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let kept: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
        let time = |(job, time): (String, Value)| Some((job, time.as_str()?.parse().ok()?));
        let times = kept.into_iter().filter_map(time).collect();
        Self {
            file,
            times: Mutex::new(times),
        }
    }

    /// When a job ran last.
    pub fn last(&self, job: &str) -> Option<Timestamp> {
        self.lock().get(job).copied()
    }

    /// Notes that these jobs have run, or became known, at this time.
    pub fn note<'a>(&self, jobs: impl IntoIterator<Item = &'a str>, time: Timestamp) {
        let mut times = self.lock();
        times.extend(jobs.into_iter().map(|job| (job.to_owned(), time)));
        if let Err(e) = self.save(&times) {
            log::warning(&format!("{} can't be written: {e}", self.file.display()));
        }
    }

    /// Whole or not at all: a start after a power cut reads it.
    fn save(&self, times: &BTreeMap<String, Timestamp>) -> std::io::Result<()> {
        let times = times.iter();
        let times: Map<String, Value> = times
            .map(|(job, time)| (job.clone(), time.to_string().into()))
            .collect();
        let draft = self.file.with_extension("json.new");
        data_dir::write_private(&draft, &Value::Object(times).to_string())?;
        std::fs::rename(&draft, &self.file)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Timestamp>> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
