//! The rights of members in a conversation. Pure: no store, no clock.

use whisper_schema::prelude::{
    ConversationMemberRole as Role, ConversationRight, ConversationSettings,
};
use whisper_views::conversations::shown::MANAGERS;

/// How far up a role stands; the more, the further.
fn rank(role: Role) -> u8 {
    match role {
        Role::Owner => 3,
        Role::Admin => 2,
        Role::Moderator => 1,
        Role::Member => 0,
    }
}

/// Whether the role may change the conversation's settings and give roles.
pub fn may_manage(role: Role) -> bool {
    MANAGERS.contains(&role)
}

/// Whether the role may give and take the rights that differ between two settings: it must have each of them before and after.
pub fn may_set(role: Role, before: &ConversationSettings, after: &ConversationSettings) -> bool {
    ConversationRight::ALL.iter().all(|right| {
        let (before, after) = (before.circle(*right), after.circle(*right));
        before == after || (before.includes(role) && after.includes(role))
    })
}

/// Whether one role may send another away: moderators and up, and only members who stand lower.
pub fn may_remove(actor: Role, target: Role) -> bool {
    rank(actor) >= rank(Role::Moderator) && rank(actor) > rank(target)
}

/// The outcome of giving somebody a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChange {
    /// They have it already.
    Nothing,
    /// They get it.
    Give,
    /// They become the owner, and the owner an admin: there is one owner at any time.
    HandOver,
}

/// The reason for which a role can't be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleRefusal {
    /// The caller's role doesn't reach that far.
    NotAllowed,
    /// The owner can't stop being it without naming another.
    LastOwner,
}

/// Decides whether `actor` may give the role `new` to somebody who has `target`, or to themselves.
pub fn give_role(
    actor: Role,
    target: Role,
    to_self: bool,
    new: Role,
) -> Result<RoleChange, RoleRefusal> {
    match actor {
        Role::Owner if to_self && new == Role::Owner => Ok(RoleChange::Nothing),
        Role::Owner if to_self => Err(RoleRefusal::LastOwner),
        Role::Owner if new == Role::Owner => Ok(RoleChange::HandOver),
        Role::Owner => Ok(given(target, new)),
        Role::Admin if rank(target) < rank(actor) && rank(new) < rank(actor) => {
            Ok(given(target, new))
        }
        _ => Err(RoleRefusal::NotAllowed),
    }
}

fn given(old: Role, new: Role) -> RoleChange {
    if old == new {
        RoleChange::Nothing
    } else {
        RoleChange::Give
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Admin, Member, Moderator, Owner};

    #[test]
    fn owners_and_admins_manage() {
        let managing: Vec<Role> = Role::ALL
            .iter()
            .copied()
            .filter(|role| may_manage(*role))
            .collect();
        assert_eq!(managing, [Owner, Admin]);
    }

    #[test]
    fn only_those_who_stand_higher_remove_and_members_never() {
        for (actor, removable) in [
            (Owner, vec![Admin, Moderator, Member]),
            (Admin, vec![Moderator, Member]),
            (Moderator, vec![Member]),
            (Member, vec![]),
        ] {
            let found: Vec<Role> = Role::ALL
                .iter()
                .copied()
                .filter(|target| may_remove(actor, *target))
                .collect();
            assert_eq!(found, removable, "{actor}");
        }
    }

    #[test]
    fn the_owner_gives_any_role_and_hands_over() {
        use RoleChange::{Give, HandOver, Nothing};
        for (target, new, change) in [
            (Member, Admin, Give),
            (Admin, Member, Give),
            (Member, Owner, HandOver),
            (Admin, Owner, HandOver),
            (Moderator, Moderator, Nothing),
        ] {
            assert_eq!(
                give_role(Owner, target, false, new),
                Ok(change),
                "{target} -> {new}"
            );
        }
        assert_eq!(give_role(Owner, Owner, true, Owner), Ok(Nothing));
        assert_eq!(
            give_role(Owner, Owner, true, Admin),
            Err(RoleRefusal::LastOwner)
        );
    }

    #[test]
    fn an_admin_gives_lower_roles_to_lower_ones() {
        assert_eq!(
            give_role(Admin, Member, false, Moderator),
            Ok(RoleChange::Give)
        );
        assert_eq!(
            give_role(Admin, Moderator, false, Member),
            Ok(RoleChange::Give)
        );
        for (target, to_self, new) in [
            (Member, false, Admin),
            (Member, false, Owner),
            (Admin, false, Member),
            (Owner, false, Member),
            (Admin, true, Member),
        ] {
            assert_eq!(
                give_role(Admin, target, to_self, new),
                Err(RoleRefusal::NotAllowed),
                "{target} -> {new}"
            );
        }
    }

    #[test]
    fn the_others_give_no_roles() {
        for actor in [Moderator, Member] {
            for new in Role::ALL {
                assert_eq!(
                    give_role(actor, Member, false, *new),
                    Err(RoleRefusal::NotAllowed)
                );
                assert_eq!(
                    give_role(actor, actor, true, *new),
                    Err(RoleRefusal::NotAllowed)
                );
            }
        }
    }
}
