//! The host killed in the middle of a push: nothing is lost, and only a push that was on its way is sent twice.

use whisper_testkit::json;

use super::{device, direct, operator, say, start, wait_for_messages};

#[test]
fn a_push_that_was_on_its_way_when_the_host_died_is_sent_when_its_lease_is_over() {
    let Some((mut app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let phone = device(&app, &service, &bob, "/bob");
    let path = direct(&app, &ann, &bob);
    service.hold(true);
    let sent = say(&app, &ann, &path, &json!({}));
    service.wait_for(1);
    app.kill();
    service.hold(false);
    let app = app.restart();
    app.run_job("notification-push").expect(200);
    assert_eq!(service.pushed().len(), 1, "the lease may be somebody's");
    let counts = operator(&app, "/internal/queue/counts");
    assert_eq!(counts["pushes"]["processing"], 1);
    app.advance("2m");
    app.run_job("notification-push").expect(200);
    let pushed = service.wait_for(2);
    assert_eq!(phone.decrypt(&pushed[1].body)["messageId"], sent["id"]);
    assert_eq!(
        pushed[0].header("topic"),
        pushed[1].header("topic"),
        "it takes the first one's place"
    );
    wait_for_messages(&app, "delivered", 1);
    app.advance("1h");
    app.run_job("notification-push").expect(200);
    assert_eq!(service.pushed().len(), 2, "and never again");
}

#[test]
fn what_was_committed_and_not_handed_on_when_the_host_died_arrives() {
    let Some((mut app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    device(&app, &service, &bob, "/bob");
    let path = direct(&app, &ann, &bob);
    for _ in 0..20 {
        say(&app, &ann, &path, &json!({}));
    }
    app.kill();
    let app = app.restart();
    app.advance("2m");
    app.run_job("notification-push").expect(200);
    wait_for_messages(&app, "delivered", 20);
    let mut topics: Vec<_> = service
        .pushed()
        .iter()
        .map(|p| p.header("topic").to_owned())
        .collect();
    topics.sort();
    topics.dedup();
    assert_eq!(topics.len(), 20, "each message");
}
