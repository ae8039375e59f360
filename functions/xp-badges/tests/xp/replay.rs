//! Each activity counts once: in runs side by side, repeated runs, and runs from any place.

use super::*;
use futures::future::join_all;
use whisper_schema::prelude::{
    ConsumerCursor, Progress, ProgressDay, ProgressWeek, UserActivityType as A,
};
use whisper_store::{Patch, Query};

/// All documents that points are kept in.
fn everything(
    scene: &Scene,
) -> (
    Profile,
    Vec<String>,
    Vec<Progress>,
    Vec<ProgressDay>,
    Vec<ProgressWeek>,
) {
    fn all<D: Document>(scene: &Scene) -> Vec<D> {
        let found = scene.edge.store().read(Query::<D>::new().limit(1000));
        block_on(found)
            .unwrap()
            .into_iter()
            .map(whisper_store::Doc::into_inner)
            .collect()
    }
    (
        scene.profile(),
        scene.news(),
        all(scene),
        all(scene),
        all(scene),
    )
}

fn played() -> Scene {
    let scene = Scene::new();
    for _ in 0..3 {
        scene.does(A::MessageSent, 60);
        scene.does(A::StoryPosted, 2);
        scene.run();
        scene.edge.advance(DAY);
    }
    scene
}

#[test]
fn running_again_changes_nothing() {
    let scene = played();
    let before = everything(&scene);
    assert_eq!(scene.run(), ReportView::default());
    assert_eq!(everything(&scene), before);
}

#[test]
fn replaying_from_the_beginning_or_the_middle_changes_nothing() {
    let scene = played();
    let before = everything(&scene);
    for position in [0, 1, 61, 100, 150] {
        let back = Patch::<ConsumerCursor>::new().set(ConsumerCursor::POSITION, position);
        let batch = Batch::new().update(xp_badges::NAME, back);
        block_on(scene.edge.store().commit(batch)).unwrap();
        assert!(scene.run().done > 0);
        let mut after = everything(&scene);
        for (after, before) in after.2.iter_mut().zip(&before.2) {
            after.updated_at = before.updated_at;
        }
        assert_eq!(after, before, "from {position}");
    }
}

#[test]
fn many_at_once_award_each_activity_once() {
    let scene = Scene::new();
    let others: Vec<TestEdge> = (0..3).map(|_| scene.edge.another(&api())).collect();
    for other in &others {
        block_on(other.store().migrate()).unwrap();
    }
    for n in 0..10 {
        scene.did(&scene.user, A::MessageSent, 40, scene.now().plus(n * DAY));
        let runs = others.iter().map(|edge| react(edge.ctx()));
        for outcome in block_on(join_all(runs)) {
            outcome.unwrap();
        }
    }
    scene.run();
    assert_eq!(scene.profile().xp, 10 * 80);
    assert_eq!(count::<ProgressDay>(&scene.edge), 10);
}
