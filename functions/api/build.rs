//! Takes the viewer's two files out of the packaged Swagger UI and compresses them for the component, and gives the
//! tests the list of components that stands in spin.toml.

use std::error::Error;
use std::fs::File;
use std::io::{Cursor, copy};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// The application: every component has a table there.
const MANIFEST: &str = "../../spin.toml";
const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var("OUT_DIR")?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for file in FILES {
        let inside = archive
            .file_names()
            .find(|name| name.ends_with(&format!("/dist/{file}")))
            .map(str::to_owned)
            .ok_or_else(|| format!("the packaged viewer has no {file}"))?;
        let target = File::create(Path::new(&out).join(format!("{file}.gz")))?;
        let mut encoder = GzEncoder::new(target, Compression::best());
        copy(&mut archive.by_name(&inside)?, &mut encoder)?;
        encoder.finish()?;
    }
    println!("cargo::rerun-if-changed={MANIFEST}");
    let apis = apis(&std::fs::read_to_string(MANIFEST)?);
    std::fs::write(Path::new(&out).join("apis.rs"), apis)?;
    Ok(())
}

/// An expression: the endpoint tables of all components, each made by the crate of its name.
fn apis(manifest: &str) -> String {
    let headers = manifest.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("[component.")?.strip_suffix(']')?;
        (!name.contains('.')).then(|| format!("{}::api(),", name.replace('-', "_")))
    });
    format!("vec![{}]", headers.collect::<String>())
}
