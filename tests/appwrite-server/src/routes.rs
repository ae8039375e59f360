//! Routes: the handler of each path, and the scope that it takes. Columns and indexes have a path of the legacy API
//! too, which CLIs up to 12 use.

use http::Method;
use matchit::Router;

use crate::call::Call;
use crate::function::run::Started;
use crate::function::{self, deployment, execution, rule, variable};
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::rows_api::{bulk, create, delete, list, step, update, upsert};
use crate::session::{self, SignedIn};
use crate::transaction::api as transaction;
use crate::{account, bucket, column, console, database, index, table};

/// Answers at once.
type Plain = fn(&mut Project, &Call) -> Answered;

/// Does the work of a route.
#[derive(Clone, Copy)]
pub enum Handler {
    /// Answers.
    Plain(Plain),
    /// Signs somebody in.
    SignIn(fn(&mut Project, &Call) -> Result<SignedIn, Refusal>),
    /// Runs a function, and answers its outcome.
    Run(fn(&mut Project, &Call) -> Result<Started, Refusal>),
}

/// The routes of each method.
pub struct Routes(Vec<(Method, Router<Route>)>);

/// A route.
#[derive(Clone)]
struct Route {
    /// Its path, with names for the parts that vary.
    path: String,
    handler: Handler,
    scope: &'static str,
}

/// A route that was found.
pub struct Found {
    pub handler: Handler,
    pub scope: &'static str,
    /// Its method and path, as `POST /tablesdb/{database}/tables`.
    pub kind: String,
    pub params: Vec<(String, String)>,
}

/// A method and a path, the handler, and the scope that it takes.
type Line = (&'static str, Plain, &'static str);

const TABLE: &str = "/tablesdb/{database}/tables/{table}";
const COLLECTION: &str = "/databases/{database}/collections/{table}";

/// Databases, tables, buckets and the other routes with one path.
const FIXED: &[Line] = &[
    ("GET /tablesdb", database::list, "databases.read"),
    ("POST /tablesdb", database::create, "databases.write"),
    ("GET /tablesdb/{database}", database::get, "databases.read"),
    (
        "PUT /tablesdb/{database}",
        database::update,
        "databases.write",
    ),
    (
        "DELETE /tablesdb/{database}",
        database::delete,
        "databases.write",
    ),
    (
        "GET /tablesdb/{database}/tables",
        table::list,
        "tables.read",
    ),
    (
        "POST /tablesdb/{database}/tables",
        table::create,
        "tables.write",
    ),
    (
        "GET /tablesdb/{database}/tables/{table}",
        table::get,
        "tables.read",
    ),
    (
        "PUT /tablesdb/{database}/tables/{table}",
        table::update,
        "tables.write",
    ),
    (
        "DELETE /tablesdb/{database}/tables/{table}",
        table::delete,
        "tables.write",
    ),
    ("GET /storage/buckets", bucket::list, "buckets.read"),
    ("POST /storage/buckets", bucket::create, "buckets.write"),
    ("GET /storage/buckets/{bucket}", bucket::get, "buckets.read"),
    (
        "PUT /storage/buckets/{bucket}",
        bucket::update,
        "buckets.write",
    ),
    (
        "DELETE /storage/buckets/{bucket}",
        bucket::delete,
        "buckets.write",
    ),
    ("GET /health/version", database::version, "public"),
];

/// The account of a user, behind its path: signing up and out, and JWTs.
const ACCOUNT: &[Line] = &[
    ("GET ", account::get, "account"),
    ("POST ", account::create, "sessions.write"),
    ("DELETE /sessions/{session}", session::delete, "account"),
    ("POST /jwts", session::jwt, "account"),
];

/// Functions, behind their path.
const FUNCTIONS: &[Line] = &[
    ("GET ", function::list, "functions.read"),
    ("POST ", function::create, "functions.write"),
    ("GET /{function}", function::get, "functions.read"),
    ("PUT /{function}", function::update, "functions.write"),
    ("DELETE /{function}", function::delete, "functions.write"),
    (
        "GET /{function}/variables",
        variable::list,
        "functions.read",
    ),
    (
        "POST /{function}/variables",
        variable::create,
        "functions.write",
    ),
    (
        "DELETE /{function}/variables/{variable}",
        variable::delete,
        "functions.write",
    ),
    (
        "GET /{function}/deployments",
        deployment::list,
        "functions.read",
    ),
    (
        "POST /{function}/deployments",
        deployment::create,
        "functions.write",
    ),
    (
        "GET /{function}/deployments/{deployment}",
        deployment::get,
        "functions.read",
    ),
    (
        "GET /{function}/executions",
        execution::list,
        "executions.read execution.read",
    ),
    (
        "GET /{function}/executions/{execution}",
        execution::get,
        "executions.read execution.read",
    ),
];

/// Routes that command lines ask beside those of functions.
const BESIDE: &[Line] = &[
    (
        "GET /console/variables",
        console::variables,
        "projects.read",
    ),
    ("GET /proxy/rules", rule::list, "rules.read"),
    ("POST /proxy/rules/function", rule::create, "rules.write"),
];

/// Columns and indexes, behind a table's path.
const SCHEMA: &[Line] = &[
    ("GET /columns", column::list, "tables.read"),
    ("POST /columns/{kind}", column::create, "tables.write"),
    (
        "PATCH /columns/{kind}/{key}",
        column::update,
        "tables.write",
    ),
    ("DELETE /columns/{key}", column::delete, "tables.write"),
    ("GET /indexes", index::list, "tables.read"),
    ("POST /indexes", index::create, "tables.write"),
    ("DELETE /indexes/{key}", index::delete, "tables.write"),
];

/// Rows, behind a table's path.
const ROWS: &[Line] = &[
    ("GET /rows", list::list, "rows.read"),
    ("POST /rows", create::create, "rows.write"),
    ("PATCH /rows", bulk::update, "rows.write"),
    ("PUT /rows", bulk::put, "rows.write"),
    ("DELETE /rows", bulk::delete, "rows.write"),
    ("GET /rows/{row}", list::get, "rows.read"),
    ("PATCH /rows/{row}", update::update, "rows.write"),
    ("PUT /rows/{row}", upsert::upsert, "rows.write"),
    ("DELETE /rows/{row}", delete::delete, "rows.write"),
    (
        "PATCH /rows/{row}/{column}/increment",
        step::increment,
        "rows.write",
    ),
    (
        "PATCH /rows/{row}/{column}/decrement",
        step::decrement,
        "rows.write",
    ),
];

/// Transactions, behind their path.
const TRANSACTIONS: &[Line] = &[
    ("GET ", transaction::list, "rows.read"),
    ("POST ", transaction::create, "rows.write"),
    ("GET /{transaction}", transaction::get, "rows.read"),
    ("PATCH /{transaction}", transaction::update, "rows.write"),
    ("DELETE /{transaction}", transaction::delete, "rows.write"),
    (
        "POST /{transaction}/operations",
        transaction::operations,
        "rows.write",
    ),
];

impl Routes {
    pub fn new() -> Self {
        let mut routes = Routes(Vec::new());
        routes.add("", FIXED);
        routes.add(TABLE, SCHEMA);
        routes.add(COLLECTION, SCHEMA);
        routes.add(TABLE, ROWS);
        routes.add("/tablesdb/transactions", TRANSACTIONS);
        routes.add("/account", ACCOUNT);
        routes.add("/functions", FUNCTIONS);
        routes.add("", BESIDE);
        let sign_in = Handler::SignIn(session::create);
        routes.put("POST /account/sessions/email", sign_in, "sessions.write");
        let run = Handler::Run(execution::create);
        let line = "POST /functions/{function}/executions";
        routes.put(line, run, "executions.write execution.write");
        routes
    }

    #[allow(clippy::expect_used, reason = "the routes are those above")]
    fn add(&mut self, before: &str, lines: &[Line]) {
        for (line, handler, scope) in lines {
            let (method, rest) = line.split_once(' ').expect("a method and a path");
            let rest = match before {
                COLLECTION => rest.replacen("/columns", "/attributes", 1),
                _ => rest.to_owned(),
            };
            let line = format!("{method} {before}{rest}");
            self.put(&line, Handler::Plain(*handler), scope);
        }
    }

    #[allow(clippy::expect_used, reason = "the routes are those above")]
    fn put(&mut self, line: &str, handler: Handler, scope: &'static str) {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let method: Method = method.parse().expect("a method");
        let at = self.0.iter().position(|(known, _)| *known == method);
        let at = at.unwrap_or_else(|| {
            self.0.push((method, Router::new()));
            self.0.len() - 1
        });
        let route = Route {
            path: path.to_owned(),
            handler,
            scope,
        };
        let router = &mut self.0[at].1;
        router.insert(path, route).expect("routes don't collide");
    }

    /// The route of this method and path.
    pub fn find(&self, method: &Method, path: &str) -> Option<Found> {
        let (_, router) = self.0.iter().find(|(known, _)| known == method)?;
        let found = router.at(path).ok()?;
        let params = found.params.iter();
        Some(Found {
            handler: found.value.handler,
            scope: found.value.scope,
            kind: format!("{method} {}", found.value.path),
            params: params.map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        })
    }
}
