//! `GET /v1/users/{username}`: somebody's profile, as far as they show it to the caller.

use whisper_kit::{Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result};
use whisper_people::privacy::Viewer;
use whisper_people::{LastSeen, PresenceSeen, between, presences, username, visible};
use whisper_schema::prelude::{PresenceStatus, Profile};
use whisper_store::{Filter, Query};

use crate::documents::{OthersProfileView, Pictures};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/users/{username}",
        "getUser",
        "Somebody's profile by user name, with their privacy settings applied",
        get,
    )
    .reply::<OthersProfileView>(200, "The part of the profile that the caller may see.")
    .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    // A text that can't be a user name is looked up like one: a session that has ended is refused first, with any name.
    let username = username::stored(request.param("username")?).unwrap_or_default();
    let named = Query::<Profile>::new()
        .filter(Filter::eq(Profile::USERNAME, username))
        .first();
    let caller = ctx.caller()?;
    let profile = ctx.read(named).await?;
    // Asked also where no user has the name, so that neither the number of statements nor their time tells whether a
    // user has it.
    let (me, other) = (
        caller.user_id.as_str(),
        profile.as_ref().map_or("", |profile| profile.id.as_str()),
    );
    let presence = presences([me], [other], ctx.now());
    let asked = (visible(me, other), between(me, other), presence);
    let (visible, pair, presences) = ctx.read(asked).await?;
    visible.or_not_found()?;
    let viewer = pair.viewer(me, other);
    if viewer == Viewer::Blocked {
        return Err(Error::not_found());
    }
    let seen = presences.seen(me, other);
    let profile = present(profile.or_not_found()?.into_inner(), seen);
    let pictures = Pictures::read(&ctx, me, &profile).await?;
    Reply::ok(&OthersProfileView::of(&profile, viewer, &pictures)?)
}

/// The profile with its owner's presence as the viewer sees it, which is kept apart from it.
fn present(profile: Profile, seen: PresenceSeen) -> Profile {
    Profile {
        is_online: seen.status != PresenceStatus::Offline,
        last_seen: match seen.last_seen {
            Some(LastSeen::At(at)) => Some(at),
            Some(LastSeen::Roughly(_)) | None => None,
        },
        ..profile
    }
}
