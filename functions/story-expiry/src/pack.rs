//! Which expired stories go in which commit.

/// An expired story with how many rows hang on it, counted only a little over what a commit takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Id of the story.
    pub id: String,
    /// Its views.
    pub views: u64,
    /// Its reactions.
    pub reactions: u64,
}

/// Stories that are removed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pack {
    /// So few rows that all goes in one commit.
    Small(Vec<String>),
    /// More rows than a commit takes: its views go first, over several commits.
    Large(String),
}

/// Packs stories in their order; no commit takes more than `rows` views or reactions.
pub fn packs(due: Vec<Due>, rows: u64) -> Vec<Pack> {
    let mut packs = Vec::new();
    let mut small = Vec::new();
    let (mut views, mut reactions) = (0, 0);
    for story in due {
        if story.views > rows || story.reactions > rows {
            packs.push(Pack::Large(story.id));
            continue;
        }
        if views + story.views > rows || reactions + story.reactions > rows {
            packs.push(Pack::Small(std::mem::take(&mut small)));
            (views, reactions) = (0, 0);
        }
        views += story.views;
        reactions += story.reactions;
        small.push(story.id);
    }
    if !small.is_empty() {
        packs.push(Pack::Small(small));
    }
    packs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(id: &str, views: u64, reactions: u64) -> Due {
        Due {
            id: id.into(),
            views,
            reactions,
        }
    }

    fn small(ids: &[&str]) -> Pack {
        Pack::Small(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn commits_are_filled_and_never_overfilled() {
        let cases = [
            (vec![], vec![]),
            (vec![due("a", 0, 0)], vec![small(&["a"])]),
            (
                vec![due("a", 10, 0), due("b", 0, 10)],
                vec![small(&["a", "b"])],
            ),
            (
                vec![due("a", 6, 0), due("b", 4, 0), due("c", 1, 0)],
                vec![small(&["a", "b"]), small(&["c"])],
            ),
            (
                vec![due("a", 0, 6), due("b", 0, 5)],
                vec![small(&["a"]), small(&["b"])],
            ),
            (
                vec![due("a", 1, 0), due("big", 11, 0), due("b", 1, 0)],
                vec![Pack::Large("big".into()), small(&["a", "b"])],
            ),
            (vec![due("loud", 0, 11)], vec![Pack::Large("loud".into())]),
        ];
        for (stories, expected) in cases {
            assert_eq!(packs(stories.clone(), 10), expected, "{stories:?}");
        }
    }
}
