//! Which path does what. Columns and indexes have a path of the legacy API too, which CLIs up to 12 use.

use http::Method;
use matchit::Router;

use crate::call::Call;
use crate::project::Project;
use crate::refusal::Answered;
use crate::{bucket, column, database, index, table};

/// Does what a route is for.
pub type Handler = fn(&mut Project, &Call) -> Answered;

/// The routes of each method.
pub struct Routes(Vec<(Method, Router<Handler>)>);

/// A route that was found.
pub struct Found {
    pub handler: Handler,
    pub params: Vec<(String, String)>,
}

const TABLE: &str = "/tablesdb/{database}/tables/{table}";
const COLLECTION: &str = "/databases/{database}/collections/{table}";

impl Routes {
    pub fn new() -> Self {
        let mut routes = Routes(Vec::new());
        let all: [(Method, &str, Handler); 13] = [
            (Method::GET, "/tablesdb", database::list),
            (Method::POST, "/tablesdb", database::create),
            (Method::GET, "/tablesdb/{database}", database::get),
            (Method::PUT, "/tablesdb/{database}", database::update),
            (Method::DELETE, "/tablesdb/{database}", database::delete),
            (Method::GET, "/tablesdb/{database}/tables", table::list),
            (Method::POST, "/tablesdb/{database}/tables", table::create),
            (Method::GET, "/storage/buckets", bucket::list),
            (Method::POST, "/storage/buckets", bucket::create),
            (Method::GET, "/storage/buckets/{bucket}", bucket::get),
            (Method::PUT, "/storage/buckets/{bucket}", bucket::update),
            (Method::DELETE, "/storage/buckets/{bucket}", bucket::delete),
            (Method::GET, "/health/version", database::version),
        ];
        for (method, path, handler) in all {
            routes.add(method, path, handler);
        }
        routes.add(Method::GET, TABLE, table::get);
        routes.add(Method::PUT, TABLE, table::update);
        routes.add(Method::DELETE, TABLE, table::delete);
        for (table, columns) in [(TABLE, "columns"), (COLLECTION, "attributes")] {
            let columns = format!("{table}/{columns}");
            routes.add(Method::GET, &columns, column::list);
            routes.add(Method::POST, &format!("{columns}/{{kind}}"), column::create);
            routes.add(
                Method::PATCH,
                &format!("{columns}/{{kind}}/{{key}}"),
                column::update,
            );
            routes.add(
                Method::DELETE,
                &format!("{columns}/{{key}}"),
                column::delete,
            );
            let indexes = format!("{table}/indexes");
            routes.add(Method::GET, &indexes, index::list);
            routes.add(Method::POST, &indexes, index::create);
            routes.add(Method::DELETE, &format!("{indexes}/{{key}}"), index::delete);
        }
        routes
    }

    #[allow(clippy::expect_used, reason = "the routes are those above")]
    fn add(&mut self, method: Method, path: &str, handler: Handler) {
        let router = match self.0.iter().position(|(known, _)| *known == method) {
            Some(at) => &mut self.0[at].1,
            None => {
                self.0.push((method, Router::new()));
                let last = self.0.len() - 1;
                &mut self.0[last].1
            }
        };
        router.insert(path, handler).expect("routes don't collide");
    }

    /// The route of this method and path.
    pub fn find(&self, method: &Method, path: &str) -> Option<Found> {
        let (_, router) = self.0.iter().find(|(known, _)| known == method)?;
        let found = router.at(path).ok()?;
        let params = found.params.iter();
        Some(Found {
            handler: *found.value,
            params: params.map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        })
    }
}
