#![doc = include_str!("../README.md")]

mod describe;
mod viewer;

use whisper_kit::{Api, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};

/// The endpoints.
pub fn api() -> Api {
    Api::new("api", "The description of the API.")
        .without_store()
        .endpoint(
            get(
                "/",
                "describe",
                "Names the service and where to look",
                describe::service,
            )
            .reply::<describe::ServiceView>(200, "The service"),
        )
        .endpoint(
            get(
                "/health",
                "health",
                "Says that the service answers",
                describe::health,
            )
            .reply::<describe::HealthView>(200, "It does"),
        )
        .endpoint(
            get(
                "/v1/openapi.json",
                "openapi",
                "The OpenAPI 3.1 document",
                describe::openapi,
            )
            .reply_empty(200, "The document"),
        )
        .endpoint(
            get("/docs", "viewer", "A viewer for the document", viewer::page)
                .reply_empty(200, "A page for people"),
        )
        .endpoint(
            get(
                "/docs/{file}",
                "viewerFile",
                "A file of the viewer",
                viewer::file,
            )
            .reply_empty(200, "The file"),
        )
}

fn get<F, Fut>(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    handler: F,
) -> Endpoint
where
    F: Fn(Ctx, Request) -> Fut + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    Endpoint::new(Method::GET, path, operation, summary, handler).public()
}

fn no_such_route() -> Error {
    Error::new(Code::RouteNotFound, "There is no such route.")
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
