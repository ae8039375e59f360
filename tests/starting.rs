//! How the host starts: its messages, and the settings and files that it refuses to start with.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use whisper_testkit::{TestApp, binary, components, json, root};

const MISBEHAVING: &str = "tests/misbehaving/spin.toml";

fn up(manifest: &str, data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["up", "--no-build", "--from"])
        .arg(root().join(manifest))
        .arg("--data-dir")
        .arg(data)
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// Starts the host in vain; returns its message about that.
fn refused(manifest: &str, data: &Path, arguments: &[&str]) -> String {
    let output = up(manifest, data, arguments).output().unwrap();
    assert!(!output.status.success(), "{arguments:?} is fine");
    String::from_utf8(output.stderr).unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A host that logs for people, killed when dropped.
struct Host {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Host {
    fn start(mut command: Command) -> Self {
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The lines that are printed until one has this text.
    fn until(&mut self, text: &str) -> String {
        let mut printed = String::new();
        while self.out.read_line(&mut printed).unwrap() > 0 {
            let last = printed.lines().last().unwrap_or_default();
            if last.contains(text) {
                return printed;
            }
        }
        panic!("no {text:?} in {printed}{}", self.errors());
    }

    fn errors(&mut self) -> String {
        let _ = self.child.kill();
        let mut errors = String::new();
        let mut pipe = self.child.stderr.take().unwrap();
        pipe.read_to_string(&mut errors).unwrap();
        errors
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_first_start_tells_how_far_it_is_and_where_the_api_is_explained() {
    // Builds the components.
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (data, cache) = (folder(), folder());
    let cache = cache.path().to_str().unwrap();
    let arguments = ["--cache-dir", cache, "--listen", "localhost:0"];
    let mut host = Host::start(up("spin.toml", data.path(), &arguments));
    let banner = host.until("Ctrl-C stops it");
    let line = banner
        .lines()
        .find(|line| line.contains("http://127.0.0.1:"));
    let address = line.unwrap_or_else(|| panic!("{banner}")).trim();
    assert!(banner.contains(&format!("{address}/docs")), "{banner}");
    let reply = ureq::get(format!("{address}/health")).call().unwrap();
    assert_eq!(reply.status(), 200);
    let logged = host.until("/...");
    let line = logged.lines().last().unwrap();
    let (time, rest) = line.split_once(' ').unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z'), "{line}");
    assert!(rest.starts_with("GET "), "{line}");
    let errors = host.errors();
    assert!(errors.contains("compiling "), "{errors}");
    let last = errors.lines().last().unwrap();
    let all = format!("({0} of {0})", components().len());
    assert!(
        last.starts_with("compiled ") && last.ends_with(&all),
        "{errors}"
    );
    drop(app);
}

#[test]
fn it_listens_on_a_port_alone_too_and_says_what_it_would_understand() {
    let data = folder();
    for (given, told) in [
        ("300000", "127.0.0.1:3000"),
        ("127.0.0.1", "127.0.0.1:3000"),
        ("no.such.host.invalid:1", "127.0.0.1:3000"),
    ] {
        let said = refused(MISBEHAVING, data.path(), &["--listen", given]);
        assert!(said.contains(told), "{given}: {said}");
    }
    let Some(app) = TestApp::own().manifest(MISBEHAVING).start() else {
        return;
    };
    let port = app.base().rsplit(':').next().unwrap();
    let said = refused(MISBEHAVING, data.path(), &["--listen", port]);
    let wanted = format!("127.0.0.1:{port} is already in use");
    assert!(said.contains(&wanted), "{said}");
}

#[test]
fn settings_of_the_wrong_form_end_the_start_with_an_example() {
    let data = folder();
    for (name, value, example) in [
        ("message_rate_per_minute", "fast", "such as 60"),
        ("error_retention_days", "36501", "from 0 to 36500"),
        ("event_retention_days", "36501", "from 0 to 36500"),
        ("activity_retention_days", "36501", "from 0 to 36500"),
        ("notification_retention_days", "36501", "from 0 to 36500"),
        ("cors_origins", "app.example", "https://app.example"),
        (
            "client_address_header",
            "x forwarded for",
            "x-forwarded-for",
        ),
        ("event_consumers", "xp-badges,nobody", "notification-push"),
    ] {
        let variable = format!("{name}={value}");
        let said = refused("spin.toml", data.path(), &["--variable", &variable]);
        assert!(
            said.contains(name) && said.contains(example),
            "{variable}: {said}"
        );
    }
}

#[test]
fn a_database_that_cant_be_used_ends_the_start_and_stays_as_it_is() {
    let data = folder();
    let file = data.path().join("sqlite_db.db");
    let noise: Vec<u8> = (0..8192_u32).map(|n| (n * 7919 % 251) as u8).collect();
    fs::write(&file, &noise).unwrap();
    let said = refused(MISBEHAVING, data.path(), &[]);
    assert!(
        said.contains("not a database") && said.contains("--data-dir"),
        "{said}"
    );
    assert_eq!(fs::read(&file).unwrap(), noise);
    fs::remove_file(&file).unwrap();
    let database = rusqlite::Connection::open(&file).unwrap();
    let newer = "CREATE TABLE _migrations (number INTEGER PRIMARY KEY, name TEXT, checksum TEXT, applied_at INTEGER);
         INSERT INTO _migrations VALUES (9999, 'newer', '', 0)";
    database.execute_batch(newer).unwrap();
    let said = refused(MISBEHAVING, data.path(), &[]);
    assert!(
        said.contains("migration 9999") && said.contains("newer version"),
        "{said}"
    );
}

#[test]
fn what_others_could_read_is_private_after_a_start_and_a_migration() {
    let Some(mut app) = TestApp::own().manifest(MISBEHAVING).start() else {
        return;
    };
    let open = |app: &TestApp| {
        let reply = app.get("/execute?CREATE+TABLE+IF+NOT+EXISTS+t(a)").send();
        assert_eq!(reply.status, 200, "{}", reply.text);
    };
    open(&app);
    let data = app.data_dir().to_owned();
    let files = ["sqlite_db.db", "lock", "jobs.json"];
    let loosen = || {
        fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        for file in files
            .iter()
            .map(|file| data.join(file))
            .filter(|f| f.exists())
        {
            fs::set_permissions(file, Permissions::from_mode(0o644)).unwrap();
        }
    };
    let assert_private = || {
        assert_eq!(mode(&data), 0o700);
        for file in files
            .iter()
            .map(|file| data.join(file))
            .filter(|f| f.exists())
        {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    };
    assert!(app.stop());
    loosen();
    let mut app = app.restart();
    assert_private();
    assert!(app.stop());
    loosen();
    let migrate = |arguments: &[&str]| {
        let output = Command::new(binary())
            .arg("migrate")
            .args(arguments)
            .output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
    };
    migrate(&["--data-dir", data.to_str().unwrap()]);
    assert_private();
    let new = data.join("new/deep");
    migrate(&["--database", new.join("x.db").to_str().unwrap()]);
    assert_eq!((mode(&new), mode(&new.join("x.db"))), (0o700, 0o600));
}

#[test]
fn where_nothing_can_be_written_the_flags_are_named() {
    let checkout = folder();
    let manifest = checkout.path().join("spin.toml");
    fs::copy(root().join(MISBEHAVING), &manifest).unwrap();
    // A file stands where the folder should be.
    fs::write(checkout.path().join(".whisper"), "").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(binary());
        command.args(["up", "--no-build", "--from"]).arg(&manifest);
        let output = command.args(arguments).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = run(&[]);
    assert!(
        said.contains("--data-dir") && said.contains("--cache-dir"),
        "{said}"
    );
    let data = folder();
    let said = run(&["--data-dir", data.path().to_str().unwrap()]);
    assert!(said.contains("--cache-dir"), "{said}");
}

#[test]
fn compiled_components_are_kept_in_no_folder_that_others_may_write_to() {
    let (data, cache) = (folder(), folder());
    let path = cache.path().to_str().unwrap();
    for mode in [0o777, 0o770, 0o1777] {
        fs::set_permissions(cache.path(), fs::Permissions::from_mode(mode)).unwrap();
        let said = refused(MISBEHAVING, data.path(), &["--cache-dir", path]);
        assert!(
            said.contains("--cache-dir") && said.contains("others"),
            "{said}"
        );
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
    }
}

#[test]
fn an_address_that_is_refused_is_not_repeated() {
    let data = folder();
    for wrong in [
        "postgres://u:secret@a,b/d",
        "postgres://u:secret@h:port/d",
        "secret",
    ] {
        let said = refused("spin.toml", data.path(), &["--postgres", wrong]);
        assert!(
            said.contains("WHISPER_POSTGRES") && said.contains("write postgres://"),
            "{said}"
        );
        assert!(!said.contains("secret"), "{said}");
        let flags = [
            "--postgres",
            "postgres://u:p@h/d",
            "--postgres-replica",
            wrong,
        ];
        let said = refused("spin.toml", data.path(), &flags);
        assert!(said.contains("WHISPER_POSTGRES_REPLICA"), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn a_replica_is_one_of_postgresql() {
    let data = folder();
    let alone = ["--postgres-replica", "postgres://u:secret@h/d"];
    let said = refused("spin.toml", data.path(), &alone);
    assert!(said.contains("pass --postgres too"), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn a_job_that_was_due_while_the_host_was_down_runs_when_it_is_up() {
    let Some(mut app) = TestApp::own().scheduled().start() else {
        return;
    };
    assert!(app.stop());
    let file = app.data_dir().join("jobs.json");
    let kept = fs::read_to_string(&file).unwrap();
    assert!(kept.contains("error-retention"), "{kept}");
    fs::write(
        &file,
        json!({"error-retention": "2026-01-01T00:00:00Z"}).to_string(),
    )
    .unwrap();
    let app = app.restart();
    let ran = || {
        let jobs = app.logged("job");
        jobs.into_iter().find(|job| job["job"] == "error-retention")
    };
    assert_eq!(app.eventually(ran)["ok"], true);
    let missed = app.logged("job_missed");
    let missed = missed.iter().find(|job| job["job"] == "error-retention");
    assert_eq!(missed.unwrap()["due"], "2026-01-01T03:17:00Z");
    // Kept once the run is over, which was logged just before.
    app.eventually(|| {
        let kept = fs::read_to_string(&file).unwrap();
        (!kept.contains("2026-01-01")).then_some(())
    });
}

#[test]
fn an_instance_serves_as_many_requests_as_it_is_told() {
    let builder = TestApp::own().manifest(MISBEHAVING);
    let builder = builder.argument("--max-instance-reuse-count").argument("2");
    let Some(app) = builder.start() else { return };
    let counts: Vec<String> = (0..5).map(|_| app.get("/").send().text).collect();
    assert_eq!(counts, ["1", "2", "1", "2", "1"]);
}
