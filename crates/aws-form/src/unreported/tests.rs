use pretty_assertions::assert_eq;

use super::*;
use crate::runs::Stored;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
}

fn listed(keys: &[&str]) -> Vec<Listed> {
    let keys = keys.iter().zip(0..);
    keys.map(|(key, minute)| Listed {
        key: (*key).to_owned(),
        at: at(minute),
        size: 1,
    })
    .collect()
}

fn run(list: Option<&str>, state: RunState, minute: i64) -> LastRun {
    LastRun {
        list: list.map(fleet::account::Email::mask_in),
        stored: Stored {
            key: list.map(str::to_owned),
            size: 1,
        },
        state,
        run: None,
        at: at(minute),
        causes: None,
        until: None,
        why: None,
        page: String::new(),
    }
}

fn client() -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder().behavior_version_latest();
    aws_sdk_s3::Client::from_conf(config.build())
}

/// A bucket that is not asked for anything.
fn bucket(client: &aws_sdk_s3::Client) -> RunBucket<'_> {
    RunBucket {
        client,
        name: "b",
        owner: "111122223333",
    }
}

/// What is told of a run that waits for an approval until minute 100.
fn asked(now: i64, is_approved: bool) -> LastRun {
    let client = client();
    let bucket = bucket(&client);
    let said = Said {
        key: Some("disable/of-root@example.com.csv".to_owned()),
        until: Some(at(100)),
        is_approved,
        ..Said::default()
    };
    let traces = traces(&listed(&["runs/r/removals.json"]));
    traces[0]
        .told(RunState::WaitsForApproval, said, bucket, at(now))
        .unwrap()
}

fn keys(runs: &[LastRun]) -> Vec<&str> {
    let keys = runs.iter().map(|it| it.stored.key.as_deref());
    keys.map(|it| it.unwrap_or("?")).collect()
}

#[test]
fn what_a_run_has_written_says_how_far_it_is() {
    let state = |files: &[&str], now: i64| {
        let keys: Vec<_> = files.iter().map(|it| format!("runs/r/{it}.json")).collect();
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        let traces = traces(&listed(&keys));
        assert_eq!(traces.len(), 1);
        traces[0].state(at(now))
    };
    assert_eq!(state(&["manifest", "report"], 2), RunState::Reported);
    assert_eq!(state(&["refused", "report"], 2), RunState::Refused);
    assert_eq!(state(&["report"], 2), RunState::Failed);
    assert_eq!(state(&["removals"], 900), RunState::WaitsForApproval);
    assert_eq!(state(&["removals", "refused"], 2), RunState::Refused);
    assert_eq!(
        state(&["manifest", "groups/0/begun/1"], 30),
        RunState::UnderWay
    );
    assert_eq!(state(&["manifest", "groups/0/begun/1"], 32), RunState::Lost);
}

#[test]
fn what_later_reports_of_the_list_have_settled_is_not_told() {
    use RunState as Is;
    let reported = [
        run(Some("a"), Is::Reported, 10),
        run(Some("b"), Is::Reported, 2),
    ];
    let runs = vec![
        run(Some("b"), Is::Refused, 9),
        run(Some("b"), Is::Lost, 8),
        run(Some("a"), Is::UnderWay, 6),
        run(Some("a"), Is::Refused, 5),
    ];
    let told = of_interest(runs, &reported);
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.list.as_deref(), it.state))
        .collect();
    assert_eq!(told, [(Some("b"), Is::Refused), (Some("a"), Is::UnderWay)]);
}

#[test]
fn runs_of_no_known_list_are_told_until_every_list_has_had_a_report() {
    let failed = |minute: i64| run(None, RunState::Failed, minute);
    let reported = [
        run(Some("a"), RunState::Reported, 10),
        run(Some("b"), RunState::Reported, 2),
    ];
    let told = of_interest(vec![failed(4), failed(3), failed(1)], &reported);
    assert_eq!(told, [failed(4), failed(3)]);
}

#[test]
fn lists_whose_masked_names_are_alike_are_not_mixed_up() {
    let [ron, rob] = ["enable/ron@example.com.csv", "enable/rob@example.com.csv"];
    let reported = [run(Some(rob), RunState::Reported, 10)];
    let refused = |list: &str, minute: i64| run(Some(list), RunState::Refused, minute);
    assert_eq!(refused(ron, 5).list, refused(rob, 5).list);
    let told = of_interest(vec![refused(ron, 5), refused(rob, 5)], &reported);
    assert_eq!(keys(&told), [ron]);
    let told = of_interest(vec![refused(rob, 5), refused(ron, 4)], &[]);
    assert_eq!(keys(&told), [rob, ron]);
}

#[test]
fn a_report_that_is_no_lists_newest_is_looked_into() {
    let mut written = listed(&[
        "runs/old/manifest.json",
        "runs/old/report.json",
        "runs/forged/manifest.json",
        "runs/forged/report.json",
        "runs/new/manifest.json",
        "runs/new/report.json",
    ]);
    written[3].size = 9;
    let traces = traces(&written);
    let reported = [run(Some("a"), RunState::Reported, 6)];
    let names = |found: Replaced<'_>| {
        let traces = found.traces.iter();
        traces.map(|it| it.run.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        names(replaced(&traces, &reported, at(7))),
        ["forged", "old"]
    );
    // One that was written long after is of no run that is there.
    let reported = [run(Some("a"), RunState::Reported, 60)];
    assert_eq!(replaced(&traces, &reported, at(61)).traces.len(), 3);
}

#[test]
fn of_more_runs_than_are_looked_into_those_are_counted_that_may_matter() {
    let files =
        (0..60).flat_map(|n| ["manifest", "report"].map(|it| format!("runs/r{n}/{it}.json")));
    let files: Vec<_> = files.collect();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    // The run n has written its report in minute 2n + 1.
    let traces = traces(&listed(&files));
    let left_out = |since: i64| {
        let mut reported = [run(Some("a"), RunState::Reported, since)];
        reported[0].stored.size = 9;
        let found = replaced(&traces, &reported, at(120));
        assert_eq!(found.traces.len(), MOST_REPORTED);
        assert_eq!(found.traces[0].run, "r59");
        found.left_out
    };
    assert_eq!(left_out(120), 0);
    assert_eq!(left_out(0), 10);
    assert_eq!(left_out(9), 5);
}

#[test]
fn those_that_wait_for_an_approval_come_first() {
    let traces = traces(&listed(&[
        "runs/waits/removals.json",
        "runs/failed/report.json",
        "runs/refused/refused.json",
    ]));
    let open = open(&traces, at(3));
    let open: Vec<_> = open.iter().map(|it| it.run.as_str()).collect();
    assert_eq!(open, ["waits", "refused", "failed"]);
}

#[test]
fn an_approval_is_not_waited_for_for_ever() {
    let open = asked(101, false);
    assert_eq!(
        (open.state, open.until),
        (RunState::WaitsForApproval, Some(at(100)))
    );
    let late = asked(131, false);
    assert_eq!((late.state, late.until), (RunState::Lost, None));
    assert_eq!(
        asked(0, false).list.as_deref(),
        Some("disable/o***@example.com.csv")
    );
}

#[test]
fn an_approved_run_waits_for_its_turn() {
    let approved = asked(140, true);
    assert_eq!((approved.state, approved.until), (RunState::UnderWay, None));
    assert!(approved.why.unwrap().contains("when it has its turn"));
    assert_eq!(asked(289, true).state, RunState::UnderWay);
    assert_eq!(asked(291, true).state, RunState::Lost);
}

#[test]
fn what_a_newer_list_ended_is_not_told() {
    let client = client();
    let bucket = bucket(&client);
    let superseded = Said {
        text: Some("a newer one".to_owned()),
        ..Said::default()
    };
    let traces = traces(&listed(&["runs/r/refused.json"]));
    let told = traces[0].told(RunState::Refused, superseded, bucket, at(0));
    assert_eq!(told, None);
}

#[test]
fn an_approval_is_of_just_what_was_written_down() {
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(approved("r", b"abc"), format!("approve/r/{sum}/"));
}
