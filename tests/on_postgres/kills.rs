//! PostgreSQL and hosts are killed under load: no acknowledged message is lost, and none is there twice.

use crate::crash::{Sent, check};

use super::load::{room, under_load};
use super::{server, start};

/// Kills of a run of the tests, unless `WHISPER_KILLS` says another number.
const KILLS: usize = 10;
/// People who send at the same time.
const SENDERS: usize = 8;
/// Acknowledged messages before a kill, and after it.
const BETWEEN: usize = 40;

#[test]
fn what_was_acknowledged_outlives_kills_of_the_database_and_of_hosts_and_is_there_once() {
    let Some(server) = server() else { return };
    let url = server.fresh_database();
    let Some((one, other)) = start(&url).zip(start(&url)) else {
        return;
    };
    let mut hosts = vec![one, other];
    let people: Vec<_> = (0..SENDERS).map(|_| hosts[0].person("ann")).collect();
    let room = room(&hosts[0], &people);
    let kills = std::env::var("WHISPER_KILLS");
    let kills = kills.map_or(KILLS, |kills| kills.parse().unwrap());
    let mut known = Sent::default();
    for round in 0..kills {
        let host = (round % 2 == 0).then_some(round / 2 % 2);
        let name = format!("r{round}");
        let sent = under_load(&hosts, &people, (&room, &name), |acknowledged| {
            known.acknowledged.extend(acknowledged.next(BETWEEN));
            match host {
                Some(host) => hosts[host].signal("KILL"),
                None => {
                    server.crash().unwrap();
                    server.start_again().unwrap();
                }
            }
            known.acknowledged.extend(acknowledged.next(BETWEEN));
        });
        known.acknowledged.extend(sent);
        if let Some(host) = host {
            let killed = hosts.remove(host);
            hosts.insert(host, killed.restart());
        }
        check(&hosts[round % 2], &people[0], &room, &known);
    }
    assert!(known.acknowledged.len() >= 2 * BETWEEN * kills);
}
