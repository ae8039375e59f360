//! The table that `whisper bench send` prints.

use serde_json::{Value, json};

use super::report::Measured;

/// One load, and the rate of the database by itself beside it.
pub struct Run {
    size: u32,
    hosts: u32,
    measured: Measured,
    /// Transactions per second, where they were measured for this run alone.
    pub bare: Option<f64>,
}

impl Run {
    /// A load on conversations of a size, by so many hosts.
    pub fn new(size: u32, hosts: u32, measured: Measured) -> Self {
        Run {
            size,
            hosts,
            measured,
            bare: None,
        }
    }
}

/// The rate that sends are compared with.
pub enum Bare {
    /// Transactions per second of SQLite in one thread.
    Sqlite(f64),
    /// Transactions of pgbench, measured for each run; the server's settings.
    Postgres(String),
}

/// All runs.
pub struct Table {
    connections: u32,
    seconds: u64,
    warm_up: u64,
    /// The runs, in their order.
    pub runs: Vec<Run>,
    /// The rate that they are compared with.
    pub bare: Bare,
}

impl Table {
    /// An empty table.
    pub fn new(connections: u32, seconds: u64, warm_up: u64) -> Self {
        Table {
            connections,
            seconds,
            warm_up,
            runs: Vec::new(),
            bare: Bare::Sqlite(0.0),
        }
    }

    /// Prints it, as one JSON object or for people.
    pub fn print(mut self, as_json: bool) {
        let rows = self.rows();
        if as_json {
            let mut all = json!({"connections": self.connections, "runs": rows});
            match &self.bare {
                Bare::Sqlite(rate) => all["barePerSecond"] = json!(rate),
                Bare::Postgres(settings) => all["postgres"] = json!(settings),
            }
            println!("{all}");
            return;
        }
        let (connections, seconds, warm_up) = (self.connections, self.seconds, self.warm_up);
        println!("{connections} connections, {seconds} s after {warm_up} s of warm-up");
        match &self.bare {
            Bare::Sqlite(rate) => print_beside_sqlite(&rows, *rate),
            Bare::Postgres(settings) => print_beside_pgbench(&rows, settings),
        }
    }

    fn rows(&mut self) -> Vec<Value> {
        let overall = match self.bare {
            Bare::Sqlite(rate) => rate,
            Bare::Postgres(_) => 0.0,
        };
        let mut first_rate = None;
        let rows = self.runs.iter_mut().map(|run| {
            let rate = run.measured.rate();
            let first = *first_rate.get_or_insert(rate);
            let bare = run.bare.unwrap_or(overall);
            json!({
                "groupSize": run.size,
                "hosts": run.hosts,
                "sends": run.measured.latencies.len(),
                "sendsPerSecond": rate,
                "p50Ms": run.measured.percentile(0.50),
                "p95Ms": run.measured.percentile(0.95),
                "p99Ms": run.measured.percentile(0.99),
                "errors": run.measured.errors,
                "firstError": run.measured.first_error,
                "barePerSecond": bare,
                "ratioToBare": rate / bare.max(f64::EPSILON),
                "costRelativeToFirst": first / rate.max(f64::EPSILON),
                "rateRelativeToFirst": rate / first.max(f64::EPSILON),
            })
        });
        rows.collect()
    }
}

/// The columns that both kinds of tables have.
const FIGURES: &str = "   sends/s   p50 ms   p95 ms   p99 ms  errors";

fn figures(row: &Value) -> String {
    format!(
        "{:>10.0} {:>8.2} {:>8.2} {:>8.2} {:>7}",
        number(&row["sendsPerSecond"]),
        number(&row["p50Ms"]),
        number(&row["p95Ms"]),
        number(&row["p99Ms"]),
        row["errors"].to_string(),
    )
}

fn print_beside_sqlite(rows: &[Value], bare: f64) {
    println!("{:>10} {} {:>7} {:>7}", "group", FIGURES, "ratio", "cost");
    for row in rows {
        println!(
            "{:>10} {} {:>7.2} {:>7.2}",
            row["groupSize"].to_string(),
            figures(row),
            number(&row["ratioToBare"]),
            number(&row["costRelativeToFirst"]),
        );
        print_error(row);
    }
    println!("bare SQLite, one thread, synchronous=FULL: {bare:.0} transactions/s");
    println!(
        "ratio: sends/s over bare transactions/s; cost: time of a send over that of the first group size"
    );
}

fn print_beside_pgbench(rows: &[Value], settings: &str) {
    println!(
        "{:>10} {:>6} {} {:>10} {:>7} {:>7}",
        "group", "hosts", FIGURES, "pgbench/s", "ratio", "times"
    );
    for row in rows {
        println!(
            "{:>10} {:>6} {} {:>10.0} {:>7.2} {:>7.2}",
            row["groupSize"].to_string(),
            row["hosts"].to_string(),
            figures(row),
            number(&row["barePerSecond"]),
            number(&row["ratioToBare"]),
            number(&row["rateRelativeToFirst"]),
        );
        print_error(row);
    }
    println!("PostgreSQL: {settings}");
    println!(
        "pgbench/s: transactions with the rows of a send, over as many connections, before and after the load; ratio: sends/s over these; \
         times: sends/s over those of the first line"
    );
}

fn print_error(row: &Value) {
    if let Some(error) = row["firstError"].as_str() {
        println!("           first error: {error}");
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}
