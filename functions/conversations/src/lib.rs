#![doc = include_str!("../README.md")]

mod access;
mod activity;
mod add_members;
mod arrivals;
mod ban;
mod bans;
mod changes;
mod clear;
mod community;
mod community_groups;
mod create;
mod departure;
mod details;
mod directory;
mod draft;
mod drafts;
mod edit;
mod folders;
mod found;
mod get;
mod give_role;
mod hidden;
mod invitations;
mod joining;
mod leave;
mod leaving;
mod lift_ban;
mod limits;
mod linked;
mod list;
mod listing;
mod mark_delivered;
mod mark_read;
mod members;
mod mine;
mod my_settings;
mod others;
mod own_list;
mod picture;
mod pinned;
mod positions;
mod recipients;
mod remove_member;
mod requests;
mod rules;
mod totals;
mod updated;
mod which;

use whisper_kit::Api;

pub use departure::depart;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    let api = Api::new(
        "conversations",
        "Direct conversations, groups, channels, broadcasts and communities, their members and roles; invitations, and the directory of public groups and channels.",
    )
    .rates(&[
        limits::GROUPS,
        limits::STRANGERS,
        limits::ADDED,
        limits::CHANGES,
        limits::DRAFTS,
        limits::INVITATIONS,
        limits::JOINS,
        limits::NEWCOMERS,
        limits::DIRECTORY,
        limits::LISTS,
    ])
    .endpoint(create::endpoint())
    .endpoint(list::endpoint())
    .endpoint(get::endpoint())
    .endpoint(edit::endpoint())
    .endpoint(members::endpoint())
    .endpoint(add_members::endpoint())
    .endpoint(remove_member::endpoint())
    .endpoint(give_role::endpoint())
    .endpoint(bans::endpoint())
    .endpoint(ban::endpoint())
    .endpoint(lift_ban::endpoint())
    .endpoint(leave::endpoint())
    .endpoint(mark_delivered::endpoint())
    .endpoint(mark_read::endpoint())
    .endpoint(clear::endpoint())
    .endpoint(my_settings::endpoint())
    .endpoint(hidden::endpoint())
    .endpoint(pinned::reading())
    .endpoint(pinned::setting())
    .endpoint(totals::endpoint())
    .endpoint(folders::list::endpoint())
    .endpoint(folders::create::endpoint())
    .endpoint(folders::order::endpoint())
    .endpoint(folders::change::endpoint())
    .endpoint(folders::delete::endpoint())
    .endpoint(drafts::save::endpoint())
    .endpoint(drafts::discard::endpoint())
    .endpoint(drafts::one::endpoint())
    .endpoint(drafts::list::endpoint())
    .endpoint(requests::accepting())
    .endpoint(requests::declining());
    let api = community::endpoints(recipients::endpoints(linked::endpoints(api)));
    directory::endpoints(joining::endpoints(invitations::endpoints(api)))
}
