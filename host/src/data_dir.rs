//! The data folder: one host at a time, readable by its owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::{key_value, sqlite};

/// The folder beside the manifest that holds data and cache unless told otherwise.
pub const FOLDER: &str = ".whisper";

const SOCKET: &str = "control.sock";
const LOCK: &str = "lock";
const OPERATOR_KEY: &str = "operator.key";
/// The times up to which each job has been run.
pub(crate) const RAN: &str = "jobs.json";

/// The files of a data folder.
const OURS: [&str; 5] = [
    LOCK,
    OPERATOR_KEY,
    sqlite::DATABASE_FILE,
    key_value::DATABASE_FILE,
    RAN,
];

/// Room for a socket's path, which Unix limits to 108 bytes with the final zero.
const LONGEST_SOCKET_PATH: usize = 107;

/// A data folder that this process holds.
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the folder if it is missing and takes its lock. Its owner alone can read it then, even if others could
    /// before.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        create(path)?;
        let path = path
            .canonicalize()
            .with_context(|| path.display().to_string())?;
        tighten(&path)?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join(LOCK))
            .with_context(|| {
                format!(
                    "{} is not writable; --data-dir and --cache-dir put data and compiled components elsewhere",
                    path.display()
                )
            })?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "the data folder {} is in use by another whisper; stop it or pass --data-dir",
                path.display()
            ),
            Err(TryLockError::Error(e)) => {
                Err(e).with_context(|| format!("{} can't be locked", path.display()))
            }
        }
    }

    /// The folder, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the operator's key.
    pub fn operator_key_file(&self) -> PathBuf {
        self.path.join(OPERATOR_KEY)
    }

    /// The operator's key, made at first use.
    pub fn operator_key(&self) -> anyhow::Result<String> {
        let file = self.operator_key_file();
        match fs::read_to_string(&file) {
            Ok(key) if !key.trim().is_empty() => return Ok(key.trim().to_owned()),
            Err(e) if e.kind() != ErrorKind::NotFound => {
                return Err(e).with_context(|| file.display().to_string());
            }
            _ => {}
        }
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).context("no randomness for the operator's key")?;
        let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        // Complete or not there at all: a half-written key would be taken for one.
        let draft = self.path.join("operator.key.new");
        write_private(&draft, &format!("{key}\n")).with_context(|| draft.display().to_string())?;
        fs::rename(&draft, &file).with_context(|| file.display().to_string())?;
        Ok(key)
    }

    /// A path for the control socket: in the folder, or in a folder of its own when the path
    /// would be too long.
    pub fn control_socket(&self) -> anyhow::Result<PathBuf> {
        let socket = self.path.join(SOCKET);
        if socket.as_os_str().len() > LONGEST_SOCKET_PATH {
            let dir = std::env::temp_dir().join(format!("whisper-{}", uuid::Uuid::now_v7()));
            create(&dir)?;
            return Ok(dir.join(SOCKET));
        }
        // Left by a host that was killed; the lock says that it is gone.
        match fs::remove_file(&socket) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                Err(e).with_context(|| socket.display().to_string())
            }
            _ => Ok(socket),
        }
    }

    /// Removes the control socket, and its folder if it had one. Best effort: a socket in the
    /// data folder is also removed by the next start.
    pub fn remove_control_socket(&self, socket: &Path) {
        let _ = fs::remove_file(socket);
        if let Some(dir) = socket.parent().filter(|dir| *dir != self.path) {
            let _ = fs::remove_dir(dir);
        }
    }
}

/// Makes a folder that only its owner can read. One named `.whisper` hides itself from git.
pub fn create(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| {
            format!(
                "the folder {} can't be made; --data-dir and --cache-dir put data and compiled components elsewhere",
                path.display()
            )
        })?;
    let own = path
        .ancestors()
        .find(|dir| dir.file_name().is_some_and(|name| name == FOLDER));
    if let Some(ignore) = own.map(|dir| dir.join(".gitignore"))
        && !ignore.exists()
    {
        fs::write(&ignore, "*\n").with_context(|| ignore.display().to_string())?;
    }
    Ok(())
}

/// Writes a file that only its owner can read, and waits until it is on the disk.
pub fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut out = options.open(file)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()
}

/// Takes others' permissions off a data folder and the files in it. A folder that holds nothing of ours,
/// such as one that is named by mistake, stays as it is.
pub fn tighten(folder: &Path) -> anyhow::Result<()> {
    let files: Vec<PathBuf> = OURS.iter().map(|name| folder.join(name)).collect();
    let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty || files.iter().any(|file| file.exists()) {
        tighten_one(folder)?;
    }
    files.iter().try_for_each(|file| tighten_database(file))
}

/// The same for a file, and the files that SQLite keeps beside it.
pub fn tighten_database(file: &Path) -> anyhow::Result<()> {
    let beside = ["-wal", "-shm", "-journal"].map(|end| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    });
    tighten_one(file)?;
    beside.iter().try_for_each(|file| tighten_one(file))
}

fn tighten_one(path: &Path) -> anyhow::Result<()> {
    let Ok(found) = fs::metadata(path) else {
        return Ok(());
    };
    let mode = found.permissions().mode();
    // Others share a folder with the sticky bit, as they do /tmp.
    if mode & 0o077 == 0 || mode & 0o1000 != 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & 0o700)).with_context(|| {
        format!(
            "{} can be read by others, and it can't be changed",
            path.display()
        )
    })
}

/// Makes a file readable by its owner alone.
pub fn restrict(file: &Path) -> std::io::Result<()> {
    fs::set_permissions(file, Permissions::from_mode(0o600))
}
