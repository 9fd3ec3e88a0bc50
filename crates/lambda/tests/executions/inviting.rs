//! Who is invited: accounts whose role can be assumed, and no more of them than one upload may.

use crate::stage::{LIST, REGIONS, Stage};

/// Three members, and one without a role.
fn with_one_that_has_no_role() -> Stage {
    Stage::of("size = 3\n[accounts.999999999999]\nroles = []")
}

#[tokio::test(start_paused = true)]
async fn who_has_no_role_takes_no_place_in_a_graph() {
    let stage = with_one_that_has_no_role();
    let execution = stage.upload_all().await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let report = stage.report(&execution).await;
    assert_eq!(
        (
            report["summary"]["enabled"].as_u64(),
            report["summary"]["failed"].as_u64()
        ),
        (Some(6), Some(2))
    );
    assert!(
        execution.told[0].1.contains("Cannot assume"),
        "{execution:?}"
    );
    for region in REGIONS {
        let statuses = stage.statuses(region).await;
        assert!(
            statuses.len() == 3 && !statuses.contains_key("999999999999"),
            "{statuses:?}"
        );
    }
    // The roles were waited for: the others went in one batch.
    assert_eq!(stage.calls("detective:CreateMembers"), 2);
}

#[tokio::test(start_paused = true)]
async fn without_the_parameter_it_is_invited_all_the_same() {
    let stage = with_one_that_has_no_role();
    stage.set("ROLE_FIRST", "false");
    stage.upload_all().await;
    assert_eq!(stage.statuses(REGIONS[0]).await["999999999999"], "INVITED");
}

#[tokio::test(start_paused = true)]
async fn an_upload_of_invented_accounts_invites_none_of_them() {
    let stage = Stage::of("size = 3");
    stage.set("MAX_INVITATIONS", "10");
    stage.upload_all().await;
    let invented = |number: u32| {
        format!(
            "{:012},a{number}@example.com\n",
            700_000_000_000_u64 + u64::from(number)
        )
    };
    let few: String = (0..7).map(invented).collect();
    let many: String = (0..11).map(invented).collect();
    let asked = stage.calls("sts:AssumeRole");
    let execution = stage.upload("enable/many.csv", many.clone()).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(
        execution.told[0].1.contains("MaxInvitations to 11"),
        "{execution:?}"
    );
    // Nobody was asked about any of them but the administrator's role.
    assert!(stage.calls("sts:AssumeRole") - asked < 11);
    let plan = stage.upload("plan/enable/many.csv", many).await;
    assert!(
        stage.report(&plan).await["notes"]
            .to_string()
            .contains("MaxInvitations")
    );
    let execution = stage.upload("enable/few.csv", few).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 3);
    // Who is a member already is no new one.
    stage.set("MAX_INVITATIONS", "0");
    assert_eq!(
        stage.upload(LIST, stage.csv(&stage.members())).await.error,
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_sees_is_refused_and_shown() {
    let stage = Stage::new();
    let execution = stage
        .upload("enable/x\u{1b}[2J\n.csv", stage.csv(&stage.members()))
        .await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    let message = &execution.told[0].1;
    assert!(
        message.contains("enable/x\\u{1b}[2J\\u{a}.csv"),
        "{message}"
    );
    assert!(!message.contains('\u{1b}'));
    assert_eq!(stage.calls("detective:CreateGraph"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_called_after_somebody_is_told_of_without_the_e_mail() {
    let stage = Stage::new();
    stage
        .set("APPROVE_REMOVALS", "true")
        .set("APPROVAL_HOURS", "1");
    stage.set("HAS_APPROVERS", "true");
    // It is enabled, refused, and waits for an approval that nobody gives.
    for (key, shown, messages) in [
        (
            "enable/root@example.com.csv",
            "enable/r***@example.com.csv",
            1,
        ),
        (
            "enable/root@example.com.txt",
            "enable/r***@example.com.txt",
            1,
        ),
        (
            "disable/root@example.com.csv",
            "disable/r***@example.com.csv",
            2,
        ),
    ] {
        let execution = stage.upload(key, stage.csv(&stage.members())).await;
        assert_eq!(execution.told.len(), messages, "{execution:?}");
        let report = stage.report(&execution).await.to_string();
        assert!(!report.contains("root@"), "{report}");
        for (subject, message) in &execution.told {
            assert!(message.contains(shown), "{message}");
            assert!(
                !message.contains("root@") && !subject.contains("root@"),
                "{message}"
            );
        }
    }
}
