//! The function reads lists as the command does, and tells of accounts by their names.

use serde_json::{Value, json};

use crate::stage::{LIST, Stage};

/// `アカウント名,アカウントID,メールアドレス,例外` in CP932, as Excel on Japanese Windows saves it.
const HEADER: &[u8] = b"\x83A\x83J\x83E\x83\x93\x83g\x96\xbc,\x83A\x83J\x83E\x83\x93\x83gID,\x83\x81\x81[\x83\x8b\x83A\x83h\x83\x8c\x83X,\x97\xe1\x8aO";
/// `決済基盤`.
const NAME: &[u8] = b"\x8c\x88\x8d\xcf\x8a\xee\x94\xd5";

fn notes(report: &Value) -> String {
    report["notes"].to_string()
}

#[tokio::test(start_paused = true)]
async fn a_list_in_an_old_encoding_names_accounts_and_what_stays_out() {
    let stage = Stage::new();
    let mut list = [HEADER, b"\n"].concat();
    for (id, email) in stage.members() {
        list.extend([NAME, b",", id.as_bytes(), b",", email.as_bytes(), b","].concat());
        list.extend(b"eu-central-1@2999-12-31 denied by policy\n");
    }
    list.extend([b"ghost,999999999999,ghost@example.com,\n".to_vec()].concat());
    let execution = stage.upload(LIST, list).await;
    let report = stage.report(&execution).await;
    assert!(notes(&report).contains("Shift_JIS"), "{report}");
    let members: Vec<&Value> = report["regions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|region| region["members"].as_array().unwrap())
        .collect();
    let outcomes = |outcome: &str| {
        let alike = members.iter().filter(|it| it["outcome"] == outcome);
        alike.count()
    };
    assert_eq!(outcomes("skipped"), 3);
    assert!(
        members.iter().any(|it| it["name"] == "決済基盤"),
        "{report}"
    );
    let (_, mail) = execution.told.first().unwrap();
    assert!(mail.contains("ghost (999999999999, line 5)"), "{mail}");
}

#[tokio::test(start_paused = true)]
async fn what_organizations_answers_is_a_list_and_closed_accounts_are_left_out() {
    let stage = Stage::new();
    let accounts: Vec<_> = stage
        .members()
        .into_iter()
        .zip(["ACTIVE", "ACTIVE", "SUSPENDED"])
        .map(|((id, email), status)| json!({ "Id": id, "Email": email, "Name": "x", "Status": status }))
        .collect();
    let list = json!({ "Accounts": accounts }).to_string();
    let execution = stage.upload("enable/accounts.json", list).await;
    assert_eq!(execution.error, None);
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["memberships"], 4);
    assert!(notes(&report).contains("SUSPENDED"), "{report}");
}
