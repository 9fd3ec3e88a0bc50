//! The same story in Japanese.

use pretty_assertions::assert_eq;

use super::edges::line;
use super::*;
use crate::event::Deed;
use crate::language::Language;

fn japanese(report: &HistoryReport) -> String {
    report.headline_in(Language::Japanese)
}

#[test]
fn the_headline_counts_in_japanese_as_in_english() {
    let done = json!({ "removed": "2026-01-02T06:01:00Z" });
    let verified = status(1, &[now(1, "ENABLED"), now(2, "VERIFICATION_IN_PROGRESS")]);
    let removed = reached(1, "ENABLED", "NO_MEMBER", "removed", done);
    let unchanged = reached(2, "INVITED", "INVITED", "unchanged", json!({}));
    let by_aws = run(2, &[], &[removed.clone(), unchanged]);
    let still = reached(
        2,
        "VERIFICATION_IN_PROGRESS",
        "VERIFICATION_IN_PROGRESS",
        "unchanged",
        json!({}),
    );
    let ours_alone = run(2, &[], &[removed, still]);
    let more = status(3, &[now(1, "ENABLED"), now(2, "NO_MEMBER")]);
    assert_eq!(
        japanese(&told(&[verified.clone(), by_aws.clone(), more])),
        "変更 4 件: 実行によるもの 1 件、AWS によるもの 1 件、レポートのない操作によるもの 2 件"
    );
    assert_eq!(
        japanese(&told(&[verified.clone(), by_aws])),
        "変更 2 件: 実行によるもの 1 件、AWS によるもの 1 件"
    );
    assert_eq!(
        japanese(&told(&[verified.clone(), ours_alone])),
        "変更 1 件: 実行によるもの 1 件"
    );
    assert_eq!(japanese(&told(&[verified])), "変更はありません");
    assert_eq!(
        japanese(&told(&[])),
        "この期間のレポートもジャーナルもありません。何があったかは分かりません"
    );
}

#[test]
fn a_run_says_in_japanese_who_made_it_by_which_list_and_how_it_ended() {
    let provenance = |bend: fn(&mut Value)| {
        let mut run = run(1, &[], &[]);
        run["product_version"] = json!("1.2.3");
        bend(&mut run);
        let report = told(&[run]);
        assert_eq!(report.runs[0].title_in(Language::Japanese), "enable run-1");
        report.runs[0].provenance_in(Language::Japanese)
    };
    let by = "実行者 arn:aws:iam::555555555555:user/jo";
    let whole = format!("{by}、detective-fleet 1.2.3");
    assert_eq!(provenance(|_| {}), whole);
    assert_eq!(provenance(|it| it["ended"] = json!(null)), whole);
    let timeout = provenance(|it| it["ended"] = json!("timeout"));
    assert_eq!(timeout, format!("{whole}、終わり方: 時間切れ"));
    let interrupted = provenance(|it| it["ended"] = json!("interrupted"));
    assert_eq!(interrupted, format!("{whole}、終わり方: 中断"));
    let superseded = provenance(|it| it["ended"] = json!("superseded"));
    let taken_over = "新しい一覧に引き継がれた";
    assert_eq!(superseded, format!("{whole}、終わり方: {taken_over}"));
    let other = provenance(|it| it["ended"] = json!("odd"));
    assert_eq!(other, format!("{whole}、終わり方: odd"));
    let early = provenance(|it| it["error"] = json!("no keys"));
    assert_eq!(early, format!("{whole}、途中で終了: no keys"));
    let listed = provenance(|it| {
        it["list"] = json!({ "name": "a.csv", "version": "v", "sha256": "0123456789abcdef",
                             "uploader": { "requester": "111122223333" } });
    });
    let list = "一覧 a.csv、バージョン v、SHA-256 0123456789ab…、アップロード 111122223333";
    assert_eq!(listed, format!("{by}、{list}、detective-fleet 1.2.3"));
}

#[test]
fn a_run_that_was_killed_is_told_in_japanese_by_its_journal() {
    let at = "2026-01-02T06:00:00Z";
    let operation = "detective:DeleteMembers";
    let killed = [line(at, operation, ADMINISTRATOR, &["000000000001"])];
    let killed = told_with(&killed, &[]);
    let run = &killed.runs[0];
    assert_eq!(run.provenance_in(Language::Japanese), "ジャーナルのみ");
    let title = format!("実行 {}", run.run_id);
    assert_eq!(run.title_in(Language::Japanese), title);
}

#[test]
fn a_change_is_told_in_japanese_by_what_it_was_and_is_and_what_was_done() {
    let member = |name: &str| Some(Standpoint::Member(name.into()));
    let words = |from, to, deeds: &[Deed]| {
        let deeds = deeds.to_vec();
        What::Membership { from, to, deeds }.words_in(Language::Japanese)
    };
    assert_eq!(words(None, member("ENABLED"), &[]), "ENABLED");
    let anew = words(
        member("INVITED"),
        member("INVITED"),
        &[Deed::Invited, Deed::Accepted],
    );
    assert_eq!(anew, "INVITED (作り直し) (招待、承諾)");
    let removed = words(None, Some(Standpoint::NoMember), &[Deed::Removed]);
    assert_eq!(removed, "不明 → メンバーではない (削除)");
    let started = words(
        member("ACCEPTED_BUT_DISABLED"),
        member("ENABLED"),
        &[Deed::Started],
    );
    assert_eq!(started, "ACCEPTED_BUT_DISABLED → ENABLED (有効化を要求)");
    let arn = |name: &str| Some(GraphArn::new(name));
    for (from, to, english, japanese) in [
        (
            arn("1"),
            None,
            "the behavior graph was deleted, and its data with it",
            "動作グラフが削除され、データも失われた",
        ),
        (
            None,
            arn("1"),
            "there is a behavior graph",
            "動作グラフがある",
        ),
        (
            arn("1"),
            arn("2"),
            "another behavior graph is there: the old one's data is gone",
            "別の動作グラフに替わり、以前のデータは失われた",
        ),
    ] {
        let what = What::Graph { from, to };
        let words = Language::ALL.map(|it| what.words_in(it));
        assert_eq!(words, [english, japanese]);
    }
}
