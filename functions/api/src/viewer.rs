//! The viewer's page and files.

use whisper_kit::{Ctx, Reply, Request, Result};

use crate::no_such_route;

const PAGE: &str = include_str!("../viewer/index.html");
const SCRIPT: &str = include_str!("../viewer/viewer.js");
const BUNDLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));
const STYLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"));

/// The viewer may load from here and talk to here, and no page may frame it. Swagger UI writes styles into its elements
/// and shows icons as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `GET /docs`
pub async fn page(_: Ctx, _: Request) -> Result<Reply> {
    Ok(
        Reply::bytes(200, "text/html; charset=utf-8", PAGE.as_bytes())
            .header("content-security-policy", POLICY)
            .header("cache-control", "no-cache"),
    )
}

/// `GET /docs/{file}`
pub async fn file(_: Ctx, request: Request) -> Result<Reply> {
    let reply = match request.param("file")? {
        "viewer.js" => Reply::bytes(200, "text/javascript; charset=utf-8", SCRIPT.as_bytes()),
        // Kept compressed only: every browser reads gzip, and the component stays small.
        "swagger-ui-bundle.js" => Reply::bytes(200, "text/javascript; charset=utf-8", BUNDLE)
            .header("content-encoding", "gzip"),
        "swagger-ui.css" => {
            Reply::bytes(200, "text/css; charset=utf-8", STYLE).header("content-encoding", "gzip")
        }
        _ => return Err(no_such_route()),
    };
    Ok(reply.header("cache-control", "public, max-age=3600"))
}
