//! Routing: the component that answers a path. The same library as Spin's decides (`routefinder`).

use std::sync::Arc;

use routefinder::RouteSpec;

use crate::manifest::{Route, Trigger};

/// The application's routes.
#[derive(Debug)]
pub struct Router(routefinder::Router<Arc<Target>>);

/// The component and the route that a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Id of the component.
    pub component: String,
    /// The route as the manifest has it.
    pub raw_route: String,
    /// The route without a closing slash: Spin's `spin-matched-route`.
    pub matched_route: String,
}

/// The answer to a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteMatch {
    /// The component and the route.
    pub target: Arc<Target>,
    /// The part of this path that `/...` stands for, with its leading slash; empty without one.
    pub path_info: String,
    /// The part of this path that each `:name` stands for.
    pub captures: Vec<(String, String)>,
}

impl Router {
    /// Builds the router from the public triggers.
    pub fn build(triggers: &[Trigger]) -> Result<Self, String> {
        let mut router = routefinder::Router::new();
        for trigger in triggers {
            let Route::Public(raw) = &trigger.route else {
                continue;
            };
            let target = Target {
                component: trigger.component.clone(),
                raw_route: raw.clone(),
                matched_route: absolute(raw).trim_end_matches('/').to_owned(),
            };
            let spec = target.matched_route.strip_suffix("/...").map_or_else(
                || target.matched_route.clone(),
                |prefix| format!("{prefix}/*"),
            );
            let spec = RouteSpec::try_from(spec.as_str())
                .map_err(|e| format!("the route \"{raw}\" of \"{}\": {e}", trigger.component))?;
            router
                .add(spec, Arc::new(target))
                .map_err(|e| format!("the route \"{raw}\": {e}"))?;
        }
        Ok(Self(router))
    }

    /// The most specific route that matches a path.
    pub fn route(&self, path: &str) -> Option<RouteMatch> {
        let best = self.0.best_match(path)?;
        let captures = best.captures();
        let path_info = captures
            .wildcard()
            .map(|rest| path_info(rest, path))
            .unwrap_or_default();
        Some(RouteMatch {
            target: Arc::clone(best.handler()),
            path_info,
            captures: captures
                .iter()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
        })
    }
}

impl RouteMatch {
    /// A match for service chaining: the component is named, with any routes.
    pub fn chained(component: &str, path: &str) -> Self {
        let everything = "/...".to_owned();
        Self {
            target: Arc::new(Target {
                component: component.to_owned(),
                raw_route: everything.clone(),
                matched_route: everything,
            }),
            path_info: path.to_owned(),
            captures: Vec::new(),
        }
    }

    /// The `spin-…` headers that tell a component how it was reached.
    pub fn headers(&self, full_url: &str, client: &str) -> Vec<(String, String)> {
        let raw = &self.target.raw_route;
        let prefix = raw.strip_suffix("/...").unwrap_or(raw);
        let mut headers: Vec<(String, String)> = [
            ("spin-path-info", self.path_info.as_str()),
            ("spin-full-url", full_url),
            ("spin-matched-route", &self.target.matched_route),
            ("spin-base-path", "/"),
            ("spin-raw-component-route", raw),
            ("spin-component-route", prefix),
            ("spin-client-addr", client),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        headers.extend(self.captures.iter().map(|(name, value)| {
            let name = name.to_ascii_lowercase().replace('_', "-");
            (format!("spin-path-match-{name}"), value.clone())
        }));
        headers
    }
}

fn absolute(route: &str) -> String {
    if route.starts_with('/') {
        route.to_owned()
    } else {
        format!("/{route}")
    }
}

/// Spin keeps a path's closing slash in the rest; routefinder does not.
fn path_info(rest: &str, path: &str) -> String {
    match (rest.is_empty(), path.ends_with('/')) {
        (true, false) => String::new(),
        (true, true) => "/".to_owned(),
        (false, false) => format!("/{rest}"),
        (false, true) => format!("/{rest}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[&str]) -> Router {
        let trigger = |route: &&str| Trigger {
            route: Route::Public((*route).to_owned()),
            component: (*route).to_owned(),
        };
        Router::build(&routes.iter().map(trigger).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_most_specific_route_wins() {
        let router = router(&[
            "/...",
            "/v1/conversations/...",
            "/v1/conversations/:conversationId/messages/...",
            "/v1/stories/:id",
            "/v1/stories/feed",
            "/exact",
        ]);
        let cases = [
            ("/", "/..."),
            ("/nowhere", "/..."),
            ("/v1/conversations", "/v1/conversations/..."),
            ("/v1/conversations/", "/v1/conversations/..."),
            ("/v1/conversations/c1", "/v1/conversations/..."),
            ("/v1/conversations/c1/members", "/v1/conversations/..."),
            (
                "/v1/conversations/c1/messages",
                "/v1/conversations/:conversationId/messages/...",
            ),
            (
                "/v1/conversations/c1/messages/m",
                "/v1/conversations/:conversationId/messages/...",
            ),
            ("/v1/stories/feed", "/v1/stories/feed"),
            ("/v1/stories/s1", "/v1/stories/:id"),
            ("/v1/stories/s1/views", "/..."),
            ("/exact", "/exact"),
            ("/exact/more", "/..."),
        ];
        for (path, route) in cases {
            let found = router.route(path).map(|m| m.target.raw_route.clone());
            assert_eq!(found.as_deref(), Some(route), "{path}");
        }
    }

    #[test]
    fn nothing_matches_without_a_catch_all() {
        assert_eq!(router(&["/a", "/b/..."]).route("/c"), None);
    }

    #[test]
    fn headers_tell_how_it_was_reached() {
        let router = router(&["/c/:conversationId/m/..."]);
        let found = router.route("/c/42/m/7/").unwrap();
        let headers = found.headers("http://h/c/42/m/7/?q=1", "127.0.0.1:9");
        let get = |name: &str| &headers.iter().find(|(n, _)| n == name).unwrap().1;
        assert_eq!(get("spin-path-info"), "/7/");
        assert_eq!(get("spin-matched-route"), "/c/:conversationId/m/...");
        assert_eq!(get("spin-component-route"), "/c/:conversationId/m");
        assert_eq!(get("spin-path-match-conversationid"), "42");
        assert_eq!(get("spin-client-addr"), "127.0.0.1:9");
        assert_eq!(get("spin-full-url"), "http://h/c/42/m/7/?q=1");
    }
}
