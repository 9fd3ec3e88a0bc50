//! Why every member refuses: whether the role that the template trusts is within reach.

use std::time::Duration;

use engine::{ADMINISTRATOR_ROLE, MEMBER_ROLE};
use fleet::check::Trusted;
use sandbox::World;

use crate::stage::Stage;

/// Members trust the administrator's role alone; that is there or not, and one more member trusts everybody.
fn stage(has_role: bool, has_kind_member: bool) -> Stage {
    let roles = match has_role {
        true => format!("[{{ name = '{ADMINISTRATOR_ROLE}' }}]"),
        false => "[]".to_owned(),
    };
    let kind = match has_kind_member {
        true => format!("[accounts.700000000001]\nroles = [{{ name = '{MEMBER_ROLE}' }}]"),
        false => String::new(),
    };
    let trusted = ADMINISTRATOR_ROLE.rsplit('/').next().unwrap();
    let world = format!(
        "size = 2
        roles = [{{ name = '{MEMBER_ROLE}', trusts_role = '{trusted}' }}]
        [accounts.555555555555]
        roles = {roles}
        {kind}"
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.fleet.settings.patience = Duration::ZERO;
    stage
}

async fn trusted(stage: &Stage) -> Trusted {
    stage.check(false).await.1.trusted
}

#[tokio::test(start_paused = true)]
async fn a_role_that_can_be_assumed_is_within_reach_and_one_that_is_not_there_is_not() {
    let role = ADMINISTRATOR_ROLE.into();
    assert_eq!(
        trusted(&stage(true, false)).await,
        Trusted::WithinReach(role)
    );
    let role = ADMINISTRATOR_ROLE.into();
    assert_eq!(
        trusted(&stage(false, false)).await,
        Trusted::OutOfReach(role)
    );
}

#[tokio::test(start_paused = true)]
async fn where_a_member_lets_in_or_the_run_has_that_role_it_is_not_that() {
    assert_eq!(trusted(&stage(true, true)).await, Trusted::Unknown);
    let mut stage = stage(true, false);
    stage.role_name = "detective-fleet/Another".to_owned();
    assert_eq!(trusted(&stage).await, Trusted::Unknown);
    let world = format!(
        "size = 1\nroles = []\n[accounts.555555555555]\nroles = [{{ name = '{ADMINISTRATOR_ROLE}' }}]"
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.fleet.settings.patience = Duration::ZERO;
    stage.admin_role = Some(ADMINISTRATOR_ROLE);
    assert_eq!(trusted(&stage).await, Trusted::Unknown);
}
