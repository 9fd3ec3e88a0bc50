//! Roles before invitations: whoever has none is not invited, and a batch is not sent for each role.

use std::sync::{Arc, Mutex};

use sandbox::World;

use crate::stage::{Instead, Stage};

/// How many roles were asked for before each batch of invitations, and how many accounts it has.
async fn batches(size: usize) -> Vec<(usize, usize)> {
    let mut stage = Stage::of(World::of_size(size)).in_regions(&["us-east-1"]);
    stage.fleet.settings.role_first = true;
    stage.max_concurrency = 1;
    let seen = Arc::new(Mutex::new((0, Vec::new())));
    let noted = seen.clone();
    stage.instead = Instead::interfering(move |request| {
        let (roles, batches) = &mut *noted.lock().unwrap();
        let body = String::from_utf8_lossy(request.body());
        match request.uri().path() {
            "/" if body.contains("AssumeRole") => *roles += 1,
            "/graph/members" => batches.push((*roles, body.matches("AccountId").count())),
            _ => {}
        }
        None
    });
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled as usize, size);
    let (_, batches) = &*seen.lock().unwrap();
    batches.clone()
}

#[tokio::test(start_paused = true)]
async fn invitations_go_out_as_soon_as_a_batch_is_full_and_the_last_when_no_role_is_to_come() {
    let batches = batches(120).await;
    let sizes: Vec<_> = batches.iter().map(|(_, size)| *size).collect();
    assert_eq!(sizes, [50, 50, 20]);
    // Another role or two are asked for while the fiftieth is told of, and while the batch waits for its permit.
    let roles: Vec<_> = batches.iter().map(|(roles, _)| *roles).collect();
    assert!(roles[0] <= 52 && roles[1] <= 102, "{roles:?}");
}
