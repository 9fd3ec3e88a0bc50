//! What is the matter with a whole Region, or with its behavior graph.

use super::{AGAIN, ASK_OR, LOOK_IT_UP, Words, advice, answered, exempt, region, what, who};
use crate::cause::{Cause, FailedCall, FailureKind, Place};
use crate::language::Language;
use crate::plan::MOST_MEMBERS;

const UPLOAD: &str =
    "ドリフト実行は動作グラフを作成しません。作成するには、一覧をアップロードしてください";

pub(super) fn of_a_region(cause: &Cause, place: &Place) -> Words {
    let name = region(place);
    match cause {
        Cause::GraphFull { ahead } => {
            let ahead = place
                .account()
                .map(|_| format!("。このアカウントの前に {ahead} アカウントあります"));
            what(format!("動作グラフに、{}の空きがありません", who(place)))
                .why(format!(
                    "1 つの動作グラフのメンバーは {MOST_MEMBERS} アカウントまでです (AWS のクォータ){}",
                    ahead.unwrap_or_default()
                ))
                .todo("不要なメンバーを外すか、別の管理者アカウントを使ってください")
        }
        Cause::GraphHasOthers { members } => {
            let members = match place.the_region() {
                Some(_) => format!("一覧にないメンバーが {members} アカウントあります"),
                None => "一覧にないメンバーがあります".to_owned(),
            };
            what(format!("{name}の動作グラフは削除されません"))
                .why(members)
                .todo("一覧に加えるか、先に外してください")
        }
        Cause::GraphGone { graph } => {
            let graph = graph.as_ref().filter(|_| place.the_region().is_some());
            let graph = graph.map(|arn| format!(" ({arn}) "));
            what(format!(
                "{name}の動作グラフ{}がなくなりました",
                graph.unwrap_or_default()
            ))
            .why("だれかが削除しました。データも失われています")
            .todo(UPLOAD)
        }
        Cause::GraphMissing => what(format!(
            "{name}はアップロードの対象になりましたが、動作グラフがありません"
        ))
        .todo(UPLOAD),
        Cause::RegionNotCovered => what(format!(
            "{name}は、まだどのアップロードの対象にもなっていません"
        ))
        .todo(UPLOAD),
        Cause::GraphNotChanged { change } => what(format!(
            "動作グラフを変更する前に実行が終わりました ({})",
            Language::Japanese.retell(change)
        ))
        .todo(AGAIN),
        Cause::RegionFailed { error } => failed(error, place),
        Cause::RegionSilent { seconds } => silent(*seconds, place),
        Cause::Defect { error } => what(format!(
            "detective-fleet の不具合により、{name}での処理が終わりました"
        ))
        .why(error.to_string())
        .todo("不具合を報告し、もう一度実行してください"),
        _ => Words::default(),
    }
}

fn failed(error: &FailedCall, place: &Place) -> Words {
    let leave_out = format!("--exclude-region {} で除いてください", place.region_names());
    let words = what(format!(
        "{}で {} に失敗しました",
        region(place),
        error.operation.as_str()
    ))
    .why(answered(error));
    match (error.kind, &error.policy) {
        (FailureKind::NotOn, _) => match advice(error) {
            Some(advice) => words.todo(format!("{advice}。または、{leave_out}")),
            None => words.todo(format!(
                "管理者アカウントでリージョンが有効でないか、STS のグローバルエンドポイントのトークンです。リージョンを有効にするか、{leave_out}"
            )),
        },
        (FailureKind::Denied, Some(_)) => words.todo(format!("{}{leave_out}", exempt(error, ASK_OR))),
        (FailureKind::Denied, None) => words.todo(format!(
            "管理者アカウントのロールにこの操作を許可するか (サービスコントロールポリシーがリージョン全体を拒否していることもあります)、{leave_out}"
        )),
        (FailureKind::Silent, _) => words.todo(format!(
            "Detective が提供されていないか、ここから到達できません。もう一度実行するか、{leave_out}"
        )),
        (FailureKind::Barred, _) => words.todo(format!(
            "AWS への経路を開けてもう一度実行するか、{leave_out}"
        )),
        _ => words.todo(advice(error).unwrap_or(LOOK_IT_UP)),
    }
}

fn silent(seconds: u64, place: &Place) -> Words {
    let names = place.region_names();
    let waited = match place.the_region() {
        Some(_) => format!("ほかのリージョンが終わるまで {seconds} 秒待ちました"),
        None => "ほかのリージョンが終わるまで待ちました".to_owned(),
    };
    what(format!("{}から応答がありません", region(place)))
        .why(format!(
            "{waited}。停止しているか、非常に遅いか、ここから到達できません"
        ))
        .todo(format!(
            "--exclude-region {names} で除くか、--regions {names} で単独で実行してください"
        ))
}
