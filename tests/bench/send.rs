//! `whisper bench send` on PostgreSQL: small runs, and what is refused.

use std::process::{Command, Output};

use whisper_testkit::{Value, binary, root};

fn bench(options: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.current_dir(root()).args(["bench", "send"]);
    command.args(options).output().unwrap()
}

fn databases(server: &postgres_server::PostgresServer) -> String {
    let count = "SELECT count(*) FROM pg_database WHERE datname LIKE 'whisper_bench%'";
    server.sql(&server.url("postgres"), count).unwrap()
}

#[test]
fn sends_on_postgresql_stand_beside_pgbench_with_the_same_rows() {
    let settings = ["fsync=on", "max_connections=300"];
    let Some(server) = postgres_server::start_with(&settings) else {
        return;
    };
    let Some(pgbench) = server.program_file("pgbench") else {
        // PyPI's PostgreSQL has none.
        eprintln!("skipped: what needs pgbench");
        return;
    };
    let (url, pgbench) = (server.url("postgres"), pgbench.to_str().unwrap().to_owned());
    let done = bench(&[
        "--postgres",
        &url,
        "--pgbench",
        &pgbench,
        "--hosts=1,2",
        "--group-size=2,5",
        "--connections=2",
        "--seconds=1",
        "--warm-up=0",
        "--json",
    ]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let result: Value = serde_json::from_slice(&done.stdout).unwrap();
    let runs = result["runs"].as_array().unwrap();
    let numbers = runs
        .iter()
        .map(|run| (run["groupSize"].as_u64(), run["hosts"].as_u64()));
    let wanted = [(2, 1), (2, 2), (5, 1), (5, 2)].map(|(size, hosts)| (Some(size), Some(hosts)));
    assert_eq!(numbers.collect::<Vec<_>>(), wanted, "{result}");
    for run in runs {
        assert_eq!(run["errors"], 0, "{result}");
        for something in ["sendsPerSecond", "barePerSecond", "ratioToBare"] {
            assert!(run[something].as_f64() > Some(0.0), "{something}: {result}");
        }
    }
    assert!(result["postgres"].as_str().unwrap().contains("fsync on"));
    assert_eq!(databases(&server), "0");
    assert!(!said.contains(postgres_server::PASSWORD), "{said}");
}

#[test]
fn what_says_nothing_about_a_rate_is_refused() {
    let done = bench(&["--hosts=3"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        !done.status.success() && said.contains("pass --postgres too"),
        "{said}"
    );
    // The tests' own servers don't wait for their disk.
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let done = bench(&["--postgres", &server.url("postgres")]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        !done.status.success() && said.contains("fsync = off"),
        "{said}"
    );
    assert!(!said.contains(postgres_server::PASSWORD), "{said}");
    assert_eq!(databases(server), "0");
}
