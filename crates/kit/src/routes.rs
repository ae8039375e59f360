//! Routes: from a method and a path to an endpoint.

use std::rc::Rc;

use http::Method;

use crate::endpoint::{Api, Endpoint};
use crate::error::{Error, Result};

/// A function's routes, ready to be matched.
pub(crate) struct Routes(matchit::Router<Vec<Rc<Endpoint>>>);

/// The target of a method and a path.
pub(crate) enum Found {
    /// An endpoint, with the texts that the `{name}` parts of its path matched.
    Endpoint(Rc<Endpoint>, Vec<(String, String)>),
    /// The path is known, with other methods.
    OtherMethod(String),
    /// The path is unknown.
    Nothing,
}

impl Routes {
    pub fn new(api: &Api) -> Result<Self> {
        let mut by_path: Vec<(&'static str, Vec<Rc<Endpoint>>)> = Vec::new();
        for endpoint in &api.endpoints {
            fits(endpoint)?;
            let shared = Rc::new(endpoint.clone());
            match by_path.iter_mut().find(|(path, _)| *path == endpoint.path) {
                Some((_, endpoints)) => endpoints.push(shared),
                None => by_path.push((endpoint.path, vec![shared])),
            }
        }
        let mut routes = matchit::Router::new();
        for (path, endpoints) in by_path {
            routes.insert(path, endpoints).map_err(Error::internal)?;
        }
        Ok(Self(routes))
    }

    /// HEAD goes where GET goes.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        let Ok(found) = self.0.at(same(path)) else {
            return Found::Nothing;
        };
        let wanted = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        match found
            .value
            .iter()
            .find(|endpoint| endpoint.method == *wanted)
        {
            Some(endpoint) => {
                let params = found.params.iter().map(|(k, v)| (k.to_owned(), decode(v)));
                Found::Endpoint(Rc::clone(endpoint), params.collect())
            }
            None => Found::OtherMethod(methods(found.value)),
        }
    }

    /// The methods that a path has, as the Allow header lists them; none for an unknown path.
    pub fn methods(&self, path: &str) -> Option<String> {
        self.0.at(same(path)).ok().map(|found| methods(found.value))
    }

    /// The names of the headers of its own that a path has, whatever the method.
    pub fn own_headers(&self, path: &str) -> Vec<&'static str> {
        let found = self.0.at(same(path)).ok();
        let endpoints = found.into_iter().flat_map(|found| found.value);
        let own = endpoints.flat_map(|endpoint| endpoint.own_headers);
        let mut names: Vec<_> = own.map(|header| header.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Whether the handler takes the body as the endpoint says.
fn fits(endpoint: &Endpoint) -> Result<()> {
    let described = &endpoint.described;
    let is_twice = described.in_pieces && described.body.is_some();
    if described.in_pieces == endpoint.bytes.is_some() && !is_twice {
        return Ok(());
    }
    Err(Error::internal(format!(
        "{}: `bytes_body` and a handler with `Incoming`, and no other body, go together",
        endpoint.operation
    )))
}

/// A trailing slash means the same resource.
fn same(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => path,
    }
}

fn methods(endpoints: &[Rc<Endpoint>]) -> String {
    let mut names: Vec<&str> = endpoints
        .iter()
        .map(|endpoint| endpoint.method.as_str())
        .collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// Decodes a part of a path. Bytes that aren't UTF-8 stay encoded: they can't be anybody's id or name.
fn decode(part: &str) -> String {
    percent_encoding::percent_decode_str(part)
        .decode_utf8()
        .map_or_else(|_| part.to_owned(), |text| text.into_owned())
}
