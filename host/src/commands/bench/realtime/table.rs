//! The measurements as text, or as JSON.

use serde_json::{Value, json};

use super::{Line, RealtimeOptions};

/// Prints them.
pub fn print(options: &RealtimeOptions, lines: &mut [Line]) {
    let rows: Vec<Value> = lines.iter_mut().map(row).collect();
    if options.json {
        let all = json!({
            "streams": options.streams, "messagesPerSecond": options.rate, "connections": options.connections,
            "runs": rows,
        });
        println!("{all}");
        return;
    }
    println!(
        "{} streams, {} messages/s, {} s after {} s of warm-up",
        options.streams, options.rate, options.seconds, options.warm_up
    );
    println!(
        "{:>13} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}",
        "conversations",
        "events/s",
        "p50 ms",
        "p99 ms",
        "missing",
        "KB idle",
        "KB busy",
        "CPU ms",
        "beside",
        "alone",
        "ratio",
        "errors"
    );
    for row in &rows {
        line(row);
    }
    if rows.iter().any(|row| row["cpuMsPer1000Events"].is_null()) {
        println!(
            "memory and CPU are left out: the server's process isn't known, or its system doesn't tell (--pid names it)"
        );
    }
    println!("p50, p99: from the sender's answer to the event on each stream");
    println!(
        "KB: what the server's memory grew by for each stream, opened and after the messages; CPU: for 1,000 events, less that of the same messages unheard"
    );
    println!(
        "beside, alone: sends/s over {} connections into other conversations, while the streams listen and without them; ratio: the first over the second",
        options.connections
    );
}

fn row(line: &mut Line) -> Value {
    let (beside, alone) = (line.beside.rate(), line.alone.rate());
    let errors = [&line.refused, &line.beside, &line.alone];
    json!({
        "conversations": line.conversations,
        "events": line.delays.latencies.len(),
        "eventsPerSecond": line.delays.rate(),
        "p50Ms": line.delays.percentile(0.50),
        "p99Ms": line.delays.percentile(0.99),
        "missing": line.missing,
        "repeated": line.repeated,
        "brokenStreams": line.broken,
        "idleBytesPerStream": line.idle_bytes,
        "busyBytesPerStream": line.busy_bytes,
        "cpuMsPer1000Events": line.processor_ms,
        "sendsPerSecondBeside": beside,
        "sendsPerSecondAlone": alone,
        "ratio": beside / alone.max(f64::EPSILON),
        "errors": errors.iter().map(|measured| measured.errors).sum::<u64>(),
        "firstError": errors.iter().find_map(|measured| measured.first_error.as_deref()),
    })
}

fn line(row: &Value) {
    let number = |key: &str| row[key].as_f64().unwrap_or_default();
    let known = |key: &str, unit: f64| match row[key].as_f64() {
        Some(value) => format!("{:.1}", value / unit),
        None => "-".to_owned(),
    };
    println!(
        "{:>13} {:>9.0} {:>8.2} {:>8.2} {:>8} {:>8} {:>8} {:>8} {:>8.0} {:>8.0} {:>7.2} {:>7}",
        row["conversations"].to_string(),
        number("eventsPerSecond"),
        number("p50Ms"),
        number("p99Ms"),
        row["missing"].to_string(),
        known("idleBytesPerStream", 1024.0),
        known("busyBytesPerStream", 1024.0),
        known("cpuMsPer1000Events", 1.0),
        number("sendsPerSecondBeside"),
        number("sendsPerSecondAlone"),
        number("ratio"),
        row["errors"].to_string(),
    );
    for (key, what) in [
        ("repeated", "events came again"),
        ("brokenStreams", "streams broke off"),
    ] {
        if number(key) > 0.0 {
            println!("{:>13} {} {what}", "", row[key]);
        }
    }
    if let Some(error) = row["firstError"].as_str() {
        println!("{:>13} first error: {error}", "");
    }
}
