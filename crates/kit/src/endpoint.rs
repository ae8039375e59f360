//! Endpoints: the routes of a function, the callers that are let in, and their description in its document.

use http::Method;

use crate::config::Number;
use crate::error::Code;
use crate::extract::IntoHandler;
use crate::handler::{Described, Handler};
use crate::page;
use crate::rate_limit::Rate;
use crate::shape::{Shape, Shaped};

/// How many bytes a body may have where the endpoint doesn't say.
pub const BODY_LIMIT: usize = 256 * 1024;

/// The callers that are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Anybody.
    Public,
    /// Somebody signed in, and a bot where the endpoint says so ([`Endpoint::for_bots`]); [`Ctx::caller`](crate::Ctx::caller) is the user. The access token is verified before the
    /// handler runs, and the session behind it with the handler's first
    /// statement of all ([`Ctx::read`](crate::Ctx::read)).
    User,
    /// As [`Auth::User`], or somebody without a token: the handler lets them in by a single-use ticket
    /// ([`Ctx::enter_as`](crate::Ctx::enter_as)), or refuses them. For clients that can't set a header.
    UserOrTicket,
    /// As [`Auth::User`], or somebody without a token whose address was signed for a user ([`Signing`](crate::auth::Signing)): the handler
    /// asks whether it was, and answers with what that user may read. For pictures and players of browsers.
    UserOrAddress,
    /// The operator.
    Operator,
    /// Another component of the application, by service chaining. To everybody else there is no such
    /// route; nor does it stand in the API's document.
    Private,
}

/// A request header of a function's own. Browsers may send it, and its value is a text of ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// Its name, in lower case.
    pub name: &'static str,
    /// Its purpose, in a sentence.
    pub about: &'static str,
    /// The fewest and the most characters of its value.
    pub size: (u32, u32),
    /// The form of its value: a regular expression (ECMA-262).
    pub pattern: &'static str,
}

/// A body of bytes that the handler takes in pieces.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(target_family = "wasm", allow(dead_code))]
pub(crate) struct BytesBody {
    pub most: u64,
    pub about: &'static str,
    pub media_type: &'static str,
}

/// One operation of the API.
#[derive(Clone)]
// The document is made in native builds only.
#[cfg_attr(target_family = "wasm", allow(dead_code))]
pub struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) auth: Auth,
    pub(crate) own_accounts: bool,
    pub(crate) for_bots: bool,
    pub(crate) at_replica: bool,
    pub(crate) handler: Handler,
    pub(crate) body_limit: usize,
    pub(crate) bytes: Option<BytesBody>,
    pub(crate) described: Described,
    pub(crate) replies: Vec<(u16, Option<Shape>, &'static str)>,
    pub(crate) codes: &'static [Code],
    pub(crate) headers: &'static [&'static str],
    pub(crate) own_headers: &'static [Header],
    pub(crate) answers: &'static [&'static str],
    pub(crate) streamed: Option<(Shape, &'static str)>,
    /// Statuses of the answers whose body is bytes of any type.
    pub(crate) byte_replies: Vec<u16>,
}

impl Endpoint {
    /// An endpoint: its method, its path (`/v1/stories/{id}`), the name of the operation
    /// (`getStory`), one sentence about it, and its handler. Users only, until it says otherwise.
    pub fn new<Arguments>(
        method: Method,
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        handler: impl IntoHandler<Arguments>,
    ) -> Self {
        let mut described = Described::default();
        let handler = handler.into_handler(&mut described);
        Self {
            method,
            path,
            operation,
            summary,
            auth: Auth::User,
            own_accounts: false,
            for_bots: false,
            at_replica: false,
            handler,
            body_limit: BODY_LIMIT,
            bytes: None,
            described,
            replies: Vec::new(),
            codes: &[],
            headers: &[],
            own_headers: &[],
            answers: &[],
            streamed: None,
            byte_replies: Vec::new(),
        }
    }

    /// The callers that are let in.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Anybody may call.
    #[must_use]
    pub fn public(self) -> Self {
        self.auth(Auth::Public)
    }

    /// It is about signing in, which is another server's business where that one keeps the accounts: there is no
    /// such route there.
    #[must_use]
    pub fn own_accounts(mut self) -> Self {
        self.own_accounts = true;
        self
    }

    /// Bots may call as well as people. Where it isn't said, their token is refused: a route is a person's until somebody
    /// decided that a program may use it.
    #[must_use]
    pub fn for_bots(mut self) -> Self {
        self.for_bots = true;
        self
    }

    /// Its reads ([`Ctx::read`](crate::Ctx::read)) may be answered by a replica of the database, where there is one: for lists,
    /// histories and searches, whose statements weigh more than the question how far the primary is. The replica has by then
    /// everything that was committed before the read, so the answer is as good; a document in the order of commits is never read there.
    #[must_use]
    pub fn at_replica(mut self) -> Self {
        self.at_replica = true;
        self
    }

    /// How many bytes the body may have.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Its body is bytes, so many at most, which the handler takes in pieces: it has an argument [`Incoming`](crate::Incoming). An
    /// `idempotency-key` knows nothing of them.
    #[must_use]
    pub fn bytes_body(self, most: u64, about: &'static str) -> Self {
        self.bytes_body_of("application/octet-stream", most, about)
    }

    /// As [`Endpoint::bytes_body`], with another media type in the API document.
    #[must_use]
    pub fn bytes_body_of(
        mut self,
        media_type: &'static str,
        most: u64,
        about: &'static str,
    ) -> Self {
        self.bytes = Some(BytesBody {
            most,
            about,
            media_type,
        });
        self
    }

    /// It is a list, read with [`Request::page_of`](crate::Request::page_of): its parameters are the fields of these filters
    /// ([`page::NoFilters`] for none), `limit`, `after` and `before`.
    #[must_use]
    pub fn page<F: Shaped>(mut self) -> Self {
        self.described.query = Some(Shape::of::<page::Parameters<F>>());
        self
    }

    /// An answer it gives: status, body, and when.
    #[must_use]
    pub fn reply<T: Shaped>(mut self, status: u16, when: &'static str) -> Self {
        self.replies.push((status, Some(Shape::of::<T>()), when));
        self
    }

    /// It answers 200 with a stream of server-sent events, the data of each being such a value.
    #[must_use]
    pub fn stream<T: Shaped>(mut self, when: &'static str) -> Self {
        self.streamed = Some((Shape::of::<T>(), when));
        self
    }

    /// An answer with bytes of any media type.
    #[must_use]
    pub fn reply_bytes(mut self, status: u16, when: &'static str) -> Self {
        self.byte_replies.push(status);
        self.reply_empty(status, when)
    }

    /// An answer without a body.
    #[must_use]
    pub fn reply_empty(mut self, status: u16, when: &'static str) -> Self {
        self.replies.push((status, None, when));
        self
    }

    /// Request headers it reads, such as `if-match` or `idempotency-key`.
    #[must_use]
    pub fn headers(mut self, names: &'static [&'static str]) -> Self {
        self.headers = names;
        self
    }

    /// Request headers of this function's own that it reads.
    #[must_use]
    pub fn own_headers(mut self, headers: &'static [Header]) -> Self {
        self.own_headers = headers;
        self
    }

    /// Headers of its answers beyond those that its kind has, such as `etag` or `location`.
    #[must_use]
    pub fn answers(mut self, names: &'static [&'static str]) -> Self {
        self.answers = names;
        self
    }

    /// Refusals beyond those that every endpoint of its kind has.
    #[must_use]
    pub fn codes(mut self, codes: &'static [Code]) -> Self {
        self.codes = codes;
        self
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Names of the types that it answers with.
    #[cfg(not(target_family = "wasm"))]
    pub fn reply_names(&self) -> impl Iterator<Item = std::borrow::Cow<'static, str>> {
        let shapes = self.replies.iter().filter_map(|(_, shape, _)| *shape);
        shapes.map(|shape| (shape.name)())
    }

    /// Whether bots may call.
    pub fn is_for_bots(&self) -> bool {
        self.for_bots
    }

    /// Whether a replica may answer what it reads.
    pub fn is_at_replica(&self) -> bool {
        self.at_replica
    }

    /// The name of the operation.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The callers that are let in.
    pub fn who(&self) -> Auth {
        self.auth
    }
}

/// The table of a function's endpoints.
#[derive(Clone)]
#[cfg_attr(target_family = "wasm", allow(dead_code))]
pub struct Api {
    /// Name of the function.
    pub name: &'static str,
    /// Its purpose, in a sentence.
    pub about: &'static str,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) variables: &'static [&'static str],
    pub(crate) rates: &'static [Rate],
    pub(crate) numbers: &'static [Number],
    pub(crate) has_store: bool,
}

impl Api {
    /// An empty table.
    pub fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            endpoints: Vec::new(),
            variables: &[],
            rates: &[],
            numbers: &[],
            has_store: true,
        }
    }

    /// The function needs no database, and its component is granted none.
    #[must_use]
    pub fn without_store(mut self) -> Self {
        self.has_store = false;
        self
    }

    /// Adds an endpoint.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// Variables that it reads beside [`crate::config::COMMON`].
    #[must_use]
    pub fn variables(mut self, names: &'static [&'static str]) -> Self {
        self.variables = names;
        self
    }

    /// How often things may happen, by variables of the operator's. It reads those as well.
    #[must_use]
    pub fn rates(mut self, rates: &'static [Rate]) -> Self {
        self.rates = rates;
        self
    }

    /// Other settings that are whole numbers. It reads those as well.
    #[must_use]
    pub fn numbers(mut self, numbers: &'static [Number]) -> Self {
        self.numbers = numbers;
        self
    }

    /// The settings that are whole numbers.
    pub fn settings(&self) -> impl Iterator<Item = Number> {
        let rates = self.rates.iter().map(Rate::number);
        rates.chain(self.numbers.iter().copied())
    }

    /// The variables that it reads beside [`crate::config::COMMON`].
    pub fn own_variables(&self) -> impl Iterator<Item = &'static str> {
        let numbers = self.settings().map(|number| number.variable);
        self.variables.iter().copied().chain(numbers)
    }

    /// The endpoints, in their order.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }
}
