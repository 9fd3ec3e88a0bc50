//! The history in Japanese.

use crate::event::Deed;
use crate::history::{HistoryReport, RunRecord, Standpoint, What};
use crate::language::Language;
use crate::report::number;

pub(super) fn headline(report: &HistoryReport) -> String {
    let sum = &report.summary;
    let changes = sum.by_run + sum.by_aws + sum.elsewhere;
    if report.runs.is_empty() {
        return "この期間のレポートもジャーナルもありません。何があったかは分かりません".to_owned();
    }
    if changes == 0 {
        return "変更はありません".to_owned();
    }
    let mut parts = vec![format!("実行によるもの {} 件", number(sum.by_run))];
    if sum.by_aws > 0 {
        parts.push(format!("AWS によるもの {} 件", number(sum.by_aws)));
    }
    if sum.elsewhere > 0 {
        parts.push(format!(
            "レポートのない操作によるもの {} 件",
            number(sum.elsewhere)
        ));
    }
    format!("変更 {} 件: {}", number(changes), parts.join("、"))
}

pub(super) fn title(run: &RunRecord) -> String {
    let what = run.operation.as_deref().unwrap_or("実行");
    format!("{what} {}", run.run_id)
}

pub(super) fn provenance(run: &RunRecord) -> String {
    let mut parts = Vec::new();
    let origin = &run.origin;
    parts.extend(origin.caller.iter().map(|it| format!("実行者 {it}")));
    if let Some(list) = &origin.list {
        parts.push(format!("一覧 {}", list.name));
        parts.extend(list.version.iter().map(|it| format!("バージョン {it}")));
        let hash = list.sha256.iter();
        // So many digits tell the lists of one company apart; the JSON document has all.
        parts.extend(hash.map(|it| format!("SHA-256 {}…", it.get(..12).unwrap_or(it))));
        let uploader = list.uploader.iter();
        parts.extend(uploader.map(|it| format!("アップロード {}", it.told_in(Language::Japanese))));
    }
    let version = origin.product_version.iter();
    parts.extend(version.map(|it| format!("detective-fleet {it}")));
    match (&run.ended, &run.error) {
        (_, Some(error)) => {
            let error = Language::Japanese.retell(error);
            parts.push(format!("途中で終了: {error}"));
        }
        (Some(ended), None) if ended != "complete" => {
            parts.push(format!("終わり方: {}", end(ended)));
        }
        (None, None) if run.operation.is_none() => parts.push("ジャーナルのみ".to_owned()),
        _ => {}
    }
    parts.join("、")
}

/// How a run ended, as its report says.
fn end(ended: &str) -> &str {
    match ended {
        "timeout" => "時間切れ",
        "interrupted" => "中断",
        "superseded" => "新しい一覧に引き継がれた",
        other => other,
    }
}

pub(super) fn words(what: &What) -> String {
    match what {
        What::Membership { from, to, deeds } => {
            let point = |it: &Option<Standpoint>| match it {
                Some(Standpoint::NoMember) => "メンバーではない".to_owned(),
                Some(it) => it.to_string(),
                None => "不明".to_owned(),
            };
            let did: Vec<_> = deeds.iter().map(|deed| word(*deed)).collect();
            let did = match did.is_empty() {
                true => String::new(),
                false => format!(" ({})", did.join("、")),
            };
            match (from, to) {
                (None, to) if deeds.is_empty() => point(to),
                (from, to) if from == to => format!("{} (作り直し){did}", point(to)),
                (from, to) => format!("{} → {}{did}", point(from), point(to)),
            }
        }
        What::Graph { from, to } => match (from, to) {
            (_, None) => "動作グラフが削除され、データも失われた",
            (None, Some(_)) => "動作グラフがある",
            (Some(_), Some(_)) => "別の動作グラフに替わり、以前のデータは失われた",
        }
        .to_owned(),
        What::Settings { change } => Language::Japanese.retell(change),
    }
}

fn word(deed: Deed) -> &'static str {
    match deed {
        Deed::Invited => "招待",
        Deed::Accepted => "承諾",
        Deed::Removed => "削除",
        Deed::Started => "有効化を要求",
    }
}
