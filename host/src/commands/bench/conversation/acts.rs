//! The acts: all members react, vote, read, list the members, and come and go, as fast as they are answered.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::super::load::{Client, note};
use super::super::report::Measured;
use super::super::server::Server;
use super::room::Room;
use super::{ConversationOptions, Line};

/// Acts before those that are measured, so that statements are prepared.
const WARM_UP: Duration = Duration::from_secs(1);
/// Messages that one member reads in a second, at most.
const READ_PER_SECOND: u64 = 250;

/// Something that a member does for the n-th time.
type Act = fn(&Room, member: usize, n: usize) -> Option<Call>;

/// A request.
struct Call {
    method: Method,
    path: String,
    token: String,
    body: String,
}

/// Each act of the members of a group of this size.
const ACTS: [(&str, Act); 4] = [
    ("reaction", react),
    ("vote", vote),
    ("receipt", read),
    ("first page of members", list_members),
];

/// Measures each act in a group of this size.
///
/// # Errors
/// When the group can't be made.
pub async fn measure(
    options: &ConversationOptions,
    size: u32,
    server: &Server,
    data: &Path,
) -> anyhow::Result<Vec<Line>> {
    let unread = (options.seconds + WARM_UP.as_secs()) * READ_PER_SECOND;
    let room = Room::make(server, data, size, options.connections, unread).await?;
    let room = Arc::new(room);
    let mut lines = Vec::new();
    for (name, act) in ACTS {
        let mut all = JoinSet::new();
        for member in 0..room.members.len() {
            let client = Client::connect(&server.authority).await?;
            all.spawn(repeat(
                client,
                Arc::clone(&room),
                member,
                act,
                options.time(),
            ));
        }
        let mut measured = Measured::default();
        while let Some(one) = all.join_next().await {
            measured.merge(one?);
        }
        lines.push(Line {
            size,
            act: name,
            measured,
        });
    }
    let [join, leave] = come_and_go(options, server, &room).await?;
    lines.push(Line {
        size,
        act: "join",
        measured: join,
    });
    lines.push(Line {
        size,
        act: "leave",
        measured: leave,
    });
    Ok(lines)
}

/// One member acts until the time is over.
async fn repeat(
    mut client: Client,
    room: Arc<Room>,
    member: usize,
    act: Act,
    time: Duration,
) -> Measured {
    let mut measured = Measured::default();
    let warm = Instant::now() + WARM_UP;
    let mut n = 0;
    while warm.elapsed() < time {
        let Some(call) = act(&room, member, n) else {
            note(
                &mut measured,
                "nothing is left to do before the time is over".into(),
            );
            break;
        };
        timed(&mut client, call, warm, &mut measured).await;
        n += 1;
    }
    measured.elapsed = warm.elapsed();
    measured
}

/// Makes the call, and notes how long it took.
async fn timed(client: &mut Client, call: Call, warm: Instant, measured: &mut Measured) {
    let start = Instant::now();
    let answer = client.call(call.method, &call.path, Some(&call.token), call.body);
    match answer.await {
        Ok((200..=299, _)) if start >= warm => measured.took(start.elapsed()),
        Ok((200..=299, _)) => {}
        Ok((status, body)) => note(
            measured,
            format!("{status} {}", String::from_utf8_lossy(&body)),
        ),
        Err(error) => note(measured, error.to_string()),
    }
}

/// Guests are added by the owner and leave, each again and again.
async fn come_and_go(
    options: &ConversationOptions,
    server: &Server,
    room: &Arc<Room>,
) -> anyhow::Result<[Measured; 2]> {
    let mut all = JoinSet::new();
    for guest in 0..room.guests.len() {
        let mut client = Client::connect(&server.authority).await?;
        let (room, time) = (Arc::clone(room), options.time());
        all.spawn(async move {
            let [mut join, mut leave] = [Measured::default(), Measured::default()];
            let warm = Instant::now() + WARM_UP;
            while warm.elapsed() < time {
                timed(&mut client, add(&room, guest), warm, &mut join).await;
                timed(&mut client, go(&room, guest), warm, &mut leave).await;
            }
            join.elapsed = warm.elapsed();
            leave.elapsed = warm.elapsed();
            [join, leave]
        });
    }
    let mut both = [Measured::default(), Measured::default()];
    while let Some(one) = all.join_next().await {
        let [join, leave] = one?;
        both[0].merge(join);
        both[1].merge(leave);
    }
    Ok(both)
}

fn react(room: &Room, member: usize, n: usize) -> Option<Call> {
    let method = [Method::PUT, Method::DELETE][n % 2].clone();
    let path = format!("messages/{}/reactions/%F0%9F%91%8D", room.message);
    Some(of_member(room, member, method, &path, String::new()))
}

fn vote(room: &Room, member: usize, n: usize) -> Option<Call> {
    let path = format!("messages/{}/vote", room.poll);
    let body = json!({"options": [n % 2]}).to_string();
    Some(of_member(room, member, Method::PUT, &path, body))
}

fn read(room: &Room, member: usize, n: usize) -> Option<Call> {
    let body = json!({"messageId": room.unread.get(n)?}).to_string();
    Some(of_member(room, member, Method::POST, "read", body))
}

fn list_members(room: &Room, member: usize, _: usize) -> Option<Call> {
    let path = "members?limit=50";
    Some(of_member(room, member, Method::GET, path, String::new()))
}

fn add(room: &Room, guest: usize) -> Call {
    Call {
        method: Method::POST,
        path: format!("/v1/conversations/{}/members", room.id),
        token: room.owner.token.clone(),
        body: json!({"userIds": [room.guests[guest].id]}).to_string(),
    }
}

fn go(room: &Room, guest: usize) -> Call {
    Call {
        method: Method::POST,
        path: format!("/v1/conversations/{}/leave", room.id),
        token: room.guests[guest].token.clone(),
        body: String::new(),
    }
}

fn of_member(room: &Room, member: usize, method: Method, path: &str, body: String) -> Call {
    Call {
        method,
        path: format!("/v1/conversations/{}/{path}", room.id),
        token: room.members[member].token.clone(),
        body,
    }
}
