#![doc = include_str!("../README.md")]

mod access;
mod draft;
mod feed;
mod item;
mod json_text;
mod of_author;
mod post;
mod reactions;
mod shown;
mod views;

use whisper_kit::page::{Listing, NoFilters};
use whisper_kit::{Api, Code, Endpoint, Method};

use post::NewStory;
use reactions::{NewReaction, ShownReaction};
use shown::ShownStory;
use views::{NewView, ShownView, Viewer};

/// The function's endpoints.
pub fn api() -> Api {
    let api = Api::new(
        "stories",
        "Posts stories, serves the feed, counts views and reactions",
    )
    .variables(&[post::RATE_VARIABLE]);
    stories(view_endpoints(reaction_endpoints(api)))
}

fn stories(api: Api) -> Api {
    api.endpoint(
        Endpoint::new(Method::POST, "/v1/stories", "postStory", "Posts a story.", post::handle)
            .body::<NewStory>()
            .headers(&["idempotency-key"])
            .reply::<ShownStory>(201, "The story")
            .codes(&[Code::RateLimited]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/v1/stories",
            "listStories",
            "Lists the active stories of one author that the caller may see, the latest first.",
            of_author::handle,
        )
        .page::<of_author::OfAuthor>()
        .reply::<Listing<ShownStory>>(200, "A page of stories")
        .codes(&[Code::NotFound, Code::InvalidCursor]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/v1/stories/feed",
            "getStoryFeed",
            "Lists the active stories of those whom the caller follows and the caller's own, the latest first.",
            feed::handle,
        )
        .page::<NoFilters>()
        .reply::<Listing<ShownStory>>(200, "A page of stories")
        .codes(&[Code::InvalidCursor]),
    )
    .endpoint(
        Endpoint::new(Method::GET, "/v1/stories/{id}", "getStory", "Shows a story.", item::get)
            .reply::<ShownStory>(200, "The story"),
    )
    .endpoint(
        Endpoint::new(
            Method::DELETE,
            "/v1/stories/{id}",
            "deleteStory",
            "Takes a story of the caller's own back.",
            item::delete,
        )
        .reply_empty(204, "Nobody sees it any more"),
    )
}

fn view_endpoints(api: Api) -> Api {
    const VIEWS: &str = "/v1/stories/{id}/views";
    let record = "Notes that the caller sees a story; the body may be left out.";
    let list_views = "Lists who saw a story of the caller's own, the latest first.";
    api.endpoint(
        Endpoint::new(Method::POST, VIEWS, "viewStory", record, views::record)
            .optional_body::<NewView>()
            .reply::<ShownView>(200, "Seen before, or the caller's own")
            .reply::<ShownView>(201, "Seen for the first time, and counted"),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            VIEWS,
            "listStoryViews",
            list_views,
            views::list,
        )
        .page::<NoFilters>()
        .reply::<Listing<Viewer>>(200, "A page of viewers")
        .codes(&[Code::InvalidCursor]),
    )
}

fn reaction_endpoints(api: Api) -> Api {
    const REACTIONS: &str = "/v1/stories/{id}/reactions";
    let list_reactions = "Lists the reactions to a story of the caller's own, the latest first.";
    api.endpoint(
        Endpoint::new(
            Method::PUT,
            REACTIONS,
            "reactToStory",
            "Sets the caller's reaction.",
            reactions::put,
        )
        .body::<NewReaction>()
        .reply::<ShownReaction>(200, "It took the place of another one")
        .reply::<ShownReaction>(201, "The caller's first reaction, counted"),
    )
    .endpoint(
        Endpoint::new(
            Method::DELETE,
            REACTIONS,
            "unreactToStory",
            "Takes the caller's reaction back.",
            reactions::delete,
        )
        .reply_empty(204, "There is no reaction of the caller's"),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            REACTIONS,
            "listStoryReactions",
            list_reactions,
            reactions::list,
        )
        .page::<NoFilters>()
        .reply::<Listing<ShownReaction>>(200, "A page of reactions")
        .codes(&[Code::InvalidCursor]),
    )
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
