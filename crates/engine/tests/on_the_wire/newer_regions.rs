//! Regions where Detective may be offered by now, though the table has it otherwise.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use engine::clock;
use sandbox::World;
use sandbox_connector::Answer;

use crate::credentials::denied;
use crate::stage::{Instead, Stage};

/// Detective answers in this one, which the table has without it.
const NEWER: &str = "ap-northeast-3";

/// Where it was asked for a graph, and what is said of Regions that are newer than the table.
async fn told(more: &str, names: &[&str], exclude: &[&str]) -> (Vec<String>, Option<String>) {
    let world = format!("size = 1\n{more}");
    let mut stage = Stage::of(World::from_toml(&world).unwrap());
    if !names.is_empty() {
        stage = stage.in_regions(names);
    }
    stage.regions.exclude = exclude.iter().map(|it| (*it).to_owned()).collect();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = asked.clone();
    stage.instead = Instead::interfering(move |request| {
        if request.uri().path() != "/graphs/list" {
            return None;
        }
        // .../20270115/REGION/detective/aws4_request
        let signed = request.headers()["authorization"].to_str().unwrap();
        let region = signed.split('/').nth(2).unwrap().to_owned();
        let answers = region == NEWER;
        seen.lock().unwrap().push(region);
        Some(match answers {
            true => Answer::Body(SdkBody::from(r#"{"GraphList": []}"#)),
            false => denied(),
        })
    });
    let (aws, chosen) = stage.connect(&Arc::default()).await.unwrap();
    let newer = aws.look_for_newer(&chosen);
    clock::sleep(Duration::from_secs(60)).await;
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    (asked, newer.note())
}

/// Detective is in no other Region that the table has without it.
const ANOTHER_ON: &str = "[accounts.555555555555]\nregions_on = ['ap-east-2']";

#[tokio::test(start_paused = true)]
async fn one_in_which_detective_answers_is_told_and_no_other() {
    let (asked, note) = told(ANOTHER_ON, &[], &[]).await;
    // Those that are off are not asked, nor those where Detective is known to be offered.
    assert_eq!(asked, ["ap-east-2", NEWER]);
    let told = "Detective answers in Regions that are newer than our table: ap-northeast-3; they are used only if asked for with --regions";
    assert_eq!(note.as_deref(), Some(told));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_left_out_is_not_asked_and_none_where_regions_are_named() {
    let without = told(ANOTHER_ON, &[], &[NEWER]).await;
    assert_eq!(without, (vec!["ap-east-2".to_owned()], None));
    assert_eq!(told("", &["us-east-1"], &[]).await, (Vec::new(), None));
}
