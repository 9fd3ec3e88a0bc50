//! Subjects and texts of runs in every state.

use fleet::account::Region;
use fleet::cause::{FailedCall, FailureKind, MemberRole};
use fleet::event::{Conclusion, Event, EventKind, Operation, Sink};
use fleet::region_table::Partition;
use fleet::report::{InvalidLine, Recorder, RegionReport, VERSION};

use super::*;
use crate::news::Remembered;

fn report(error: Option<&str>, bad_line: bool) -> Report {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let bad = InvalidLine {
        line: 7,
        reason: "no".to_owned(),
    };
    let header = Header {
        version: VERSION,
        kind: "run".to_owned(),
        operation: "enable".to_owned(),
        run_id: "r".to_owned(),
        administrator: "555555555555".parse().unwrap(),
        started: now,
        invalid_lines: bad_line.then_some(bad).into_iter().collect(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    };
    let error = error.map(str::to_owned);
    Recorder::default().report(header, now, Ended::Complete, error)
}

#[test]
fn eighty_accounts_without_a_role_are_one_item() {
    let recorder = Recorder::default();
    for n in 1..=80u64 {
        let cause = Cause::RoleNotAssumed {
            role: MemberRole {
                partition: Partition::Aws,
                name: "teams/ACCOUNT".into(),
                external_id: true,
            },
            error: FailedCall::new(
                Operation::AssumeRole,
                FailureKind::Denied,
                "AccessDenied",
                Some(&format!("{n:012} says no")),
            ),
        };
        let event = Event {
            region: Some(Region::new("us-east-1")),
            number: n,
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            kind: EventKind::Concluded {
                account: format!("{n:012}").parse().unwrap(),
                conclusion: Conclusion::Failed,
                cause: Some(cause),
            },
        };
        recorder.record(&event).unwrap();
    }
    let Report {
        header, finished, ..
    } = report(None, false);
    let report = recorder.report(header, finished, Ended::Complete, None);
    let (news, _) = News::of(&report, None);
    let told = troubles(ENGLISH, &report, &news.new);
    assert_eq!(told.len(), 1, "{told:?}");
    let begins = "Cannot assume the role teams/ACCOUNT in 80 accounts.";
    assert!(told[0].starts_with(begins), "{}", told[0]);
    assert!(
        told[0].contains(" and 70 more in us-east-1\n"),
        "{}",
        told[0]
    );
}

#[test]
fn a_functions_error_is_told_in_its_own_words() {
    let caught = Caught {
        error: "DetectiveFleet.Failed".to_owned(),
        cause: r#"{"errorType": "x", "errorMessage": "no root@example.com"}"#.to_owned(),
    };
    assert_eq!(cause(&caught), "DetectiveFleet.Failed: no r***@example.com");
    let caught = Caught {
        error: "States.Timeout".to_owned(),
        cause: String::new(),
    };
    assert_eq!(cause(&caught), "States.Timeout: ");
}

#[test]
fn a_bad_line_alone_is_bad_input_and_with_a_failure_it_is_not() {
    assert_eq!(error_of(&report(None, false)), None);
    assert_eq!(error_of(&report(None, true)), Some(Name::BadInput));
    assert_eq!(error_of(&report(Some("no"), true)), Some(Name::Failed));
}

#[test]
fn what_a_newer_list_took_over_is_no_error_and_a_graph_that_is_amiss_is_one() {
    let mut superseded = report(Some("no"), true);
    superseded.ended = Ended::Superseded;
    assert_eq!(error_of(&superseded), None);
    let mut waiting = report(None, false);
    waiting.settled = false;
    assert_eq!(error_of(&waiting), Some(Name::StillWaiting));
    let region = |error: Option<&str>, amiss: &[&str]| RegionReport {
        region: Region::new("eu-west-1"),
        graph_arn: None,
        state: fleet::report::RegionState::Failed,
        error: error.map(Into::into),
        why: Default::default(),
        changes: Vec::new(),
        amiss: amiss.iter().map(|it| (*it).into()).collect(),
        amiss_causes: Vec::new(),
        finished: None,
        members: Vec::new(),
    };
    for broken in [region(Some("down"), &[]), region(None, &["tags"])] {
        let mut report = report(None, true);
        report.regions.push(broken);
        assert_eq!(error_of(&report), Some(Name::Failed));
    }
}

#[test]
fn a_subject_fits_into_sns() {
    let long = "é".repeat(30) + &"x".repeat(200);
    let subject = subject(&words::subject(ENGLISH, Mark::Action, &long));
    assert!(subject.is_ascii() && subject.len() <= SUBJECT, "{subject}");
    assert!(subject.starts_with("[ACTION] xxx"));
}

fn told(report: &Report, last: Option<&Remembered>, drift: bool) -> (Reported, Remembered) {
    told_in(Language::English, report, last, drift)
}

fn told_in(
    language: Language,
    report: &Report,
    last: Option<&Remembered>,
    drift: bool,
) -> (Reported, Remembered) {
    let (news, remembered) = News::of(report, last);
    let said = Said {
        key: Some("enable/accounts.csv"),
        report: "s3://lists/runs/r/report.json",
        drift,
        news: &news,
        console: None,
        language,
    };
    (run(report, error_of(report), said), remembered)
}

/// A run of two accounts in a Region, which ended so.
fn of_two(began: &str, conclusion: Conclusion, cause: Option<&Cause>) -> Report {
    let recorder = Recorder::default();
    let tell = |kind| {
        let event = Event {
            region: Some(Region::new("eu-west-1")),
            number: 1,
            at: began.parse().unwrap(),
            kind,
        };
        recorder.record(&event).unwrap();
    };
    for n in 1..=2u64 {
        tell(EventKind::Concluded {
            account: format!("{n:012}").parse().unwrap(),
            conclusion,
            cause: cause.cloned(),
        });
    }
    let gone = cause.filter(|it| matches!(it, Cause::GraphGone { .. }));
    tell(EventKind::RegionEnded {
        cause: gone.cloned(),
    });
    let Report { mut header, .. } = report(None, false);
    header.started = began.parse().unwrap();
    let finished = header.started;
    recorder.report(header, finished, Ended::Complete, None)
}

fn no_role() -> Cause {
    let (operation, kind) = (Operation::AssumeRole, FailureKind::Denied);
    Cause::RoleNotAssumed {
        role: MemberRole {
            partition: Partition::Aws,
            name: MemberRole::DEFAULT.into(),
            external_id: false,
        },
        error: FailedCall::new(operation, kind, "AccessDenied", None),
    }
}

#[test]
fn a_subject_says_how_bad_it_is_and_whether_it_is_new() {
    let no_role = no_role();
    let gone = Cause::GraphGone { graph: None };
    let mut last = None;
    for (began, conclusion, cause, subject) in [
        (
            "2026-08-01T06:00:00Z",
            Conclusion::Right,
            None,
            "[OK] drift: All 2 accounts are on everywhere",
        ),
        (
            "2026-08-02T06:00:00Z",
            Conclusion::Failed,
            Some(&no_role),
            "[ACTION] drift: 2 accounts without the role",
        ),
        (
            "2026-08-08T06:00:00Z",
            Conclusion::Failed,
            Some(&no_role),
            "[KNOWN] 2 accounts without the role, for 6 days",
        ),
        (
            "2026-08-09T06:00:00Z",
            Conclusion::Failed,
            Some(&gone),
            "[ACTION] drift: behavior graph deleted in eu-west-1",
        ),
        (
            "2026-08-10T06:00:00Z",
            Conclusion::Right,
            None,
            "[OK] again: All 2 accounts are on everywhere",
        ),
        (
            "2026-08-11T06:00:00Z",
            Conclusion::Waiting,
            None,
            "[WAITING] drift: 2 of 2 accounts wait for AWS",
        ),
    ] {
        let report = of_two(began, conclusion, cause);
        let (reported, remembered) = told(&report, last.as_ref(), true);
        assert_eq!(reported.subject, subject);
        // A zero is nothing to read.
        let text = &reported.message;
        assert!(
            !text.contains(" 0 ") || text.starts_with("0 of 2"),
            "{text}"
        );
        last = Some(remembered);
    }
}

#[test]
fn what_is_new_comes_first_and_what_is_known_is_a_line() {
    let mut report = of_two(
        "2026-08-02T06:00:00Z",
        Conclusion::Failed,
        Some(&Cause::RegionOff),
    );
    let (first, remembered) = told(&report, None, false);
    let text = &first.message;
    assert!(
        text.contains("\nNeeds action:\n  eu-west-1 is not switched on"),
        "{text}"
    );
    assert!(text.contains("-> Switch the Region on there"), "{text}");
    report.header.invalid_lines.push(InvalidLine {
        line: 7,
        reason: "no".to_owned(),
    });
    let (second, _) = told(&report, Some(&remembered), false);
    let text = &second.message;
    assert!(!text.contains("-> Switch"), "{text}");
    let known = "\nKnown already:\n  eu-west-1 off in 2 accounts, for 1 minute\n";
    assert!(text.contains(known), "{text}");
    let subject = "[ACTION] enable: 1 line of the list cannot be used";
    assert_eq!(second.subject, subject);
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let mut text = String::new();
    let items = (0..MOST + 3).map(|n| n.to_string()).collect();
    list(ENGLISH, &mut text, "Title:", items);
    assert!(text.ends_with("  and 3 more: see the report\n"), "{text}");
}

/// Without what differs: the numbers that are in it, in order.
fn numbers(text: &str) -> Vec<&str> {
    let parts = text.split(|c: char| !c.is_ascii_digit());
    parts.filter(|it| !it.is_empty()).collect()
}

#[test]
fn a_mail_in_japanese_says_the_same_and_its_subject_is_english() {
    let no_role = no_role();
    let mut last = None;
    for (began, conclusion, cause, first) in [
        (
            "2026-08-01T06:00:00Z",
            Conclusion::Failed,
            Some(&no_role),
            "【要対応】drift: 2 アカウント: ロールを引き受けられない\n\n2 アカウント中 0 アカウントが、全リージョンで有効です。2 アカウントに対応が必要です (原因は 1 件)。\n\n要対応:\n  2 アカウントのロール detective-fleet/DetectiveFleetMember を引き受けられません。",
        ),
        (
            "2026-08-08T06:00:00Z",
            Conclusion::Failed,
            Some(&no_role),
            "【既知】2 アカウント: ロールを引き受けられない (7 日前から)\n",
        ),
        (
            "2026-08-09T06:00:00Z",
            Conclusion::Waiting,
            None,
            "【処理待ち】drift: 2 アカウント中 2 アカウントが AWS の処理を待っています\n",
        ),
        (
            "2026-08-10T06:00:00Z",
            Conclusion::Right,
            None,
            "【正常】drift: 2 アカウントすべてが、全リージョンで有効です\n",
        ),
    ] {
        let report = of_two(began, conclusion, cause);
        let (english, remembered) = told(&report, last.as_ref(), true);
        let (japanese, same) = told_in(Language::Japanese, &report, last.as_ref(), true);
        assert_eq!(remembered, same);
        assert_eq!(japanese.subject, english.subject);
        assert!(japanese.subject.is_ascii());
        let text = &japanese.message;
        assert!(text.starts_with(first), "{text}");
        for line in [
            "s3://lists/runs/r/report.html",
            "555555555555",
            "enable/accounts.csv",
        ] {
            assert!(text.contains(line), "{text}");
        }
        for number in numbers(&english.subject) {
            assert!(numbers(text).contains(&number), "{number}: {text}");
        }
        last = Some(remembered);
    }
}

#[test]
fn a_time_and_a_line_in_a_mail_are_written_as_people_there_write_them() {
    let cause = Cause::RegionOff;
    let mut report = of_two("2026-08-02T06:00:00Z", Conclusion::Failed, Some(&cause));
    let (_, remembered) = told(&report, None, false);
    report.header.invalid_lines.push(InvalidLine {
        line: 7,
        reason: "the account id is missing; write its 12 digits".to_owned(),
    });
    report.header.notes.push("graph created".to_owned());
    report.header.started = "2026-08-03T06:00:00Z".parse().unwrap();
    let (told, _) = told_in(Language::Japanese, &report, Some(&remembered), false);
    let text = &told.message;
    for part in [
        "\nすでにお知らせしたもの:\n  2 アカウント: eu-west-1 が無効 (1 日前から)\n",
        "\n一覧の使えない行:\n  7 行目: アカウント ID がありません。12 桁の数字を書いてください\n",
        "\nお知らせ:\n  動作グラフを作成\n",
        "\n2 件のメンバーシップ: 要対応 2。\n",
        "\nページ: s3://lists/runs/r/report.html\n",
        "\nenable: enable/accounts.csv、管理者アカウント 555555555555、実行 r\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
