//! A cause in a few words.

use super::{region, who};
use crate::cause::{Cause, Place};

/// The words for it; `place` says of whom.
pub(crate) fn brief(cause: &Cause, place: &Place) -> String {
    let (who, region) = (who(place), region(place));
    let (who, region) = (who.trim(), region.trim());
    match cause {
        Cause::WrongEmail { .. } => format!("{who}: E メールアドレスの不一致"),
        Cause::AcceptedButDisabled { .. } => format!("{who}: AWS が有効にしていない"),
        Cause::UnknownStatus { .. } => format!("{who}: 未知のステータス"),
        Cause::RemovalNotApproved => format!("{who}: 削除が未承認"),
        Cause::NotInPlan { operation } => {
            format!("{who}: {} が計画にない", operation.name())
        }
        Cause::NotAMember => format!("{who}: メンバーではない"),
        Cause::RegionOff => format!("{who}: {region} が無効"),
        Cause::DeployerNotAssumed { .. } => {
            format!("{who}にデプロイ用のロールがありません")
        }
        Cause::RoleNotAssumed { .. } | Cause::RoleNotInStack { .. } => {
            format!("{who}: ロールを引き受けられない")
        }
        Cause::RoleNotTried { .. } => format!("{who}: ロールが未試行"),
        Cause::CallRefused { error } => format!("{who}: {} の拒否", error.operation.name()),
        Cause::NoEffect { operation } => format!("{who}: {} の効果なし", operation.name()),
        Cause::GraphFull { .. } => format!("{region}: 動作グラフに空きなし"),
        Cause::GraphHasOthers { .. } => format!("{region}: 動作グラフに一覧にないメンバー"),
        Cause::GraphGone { .. } => format!("{region}: 動作グラフが削除された"),
        Cause::GraphMissing => format!("{region}: 動作グラフなし"),
        Cause::RegionNotCovered => format!("{region}: アップロードの対象外"),
        Cause::GraphNotChanged { .. } => format!("{region}: 動作グラフが未変更"),
        Cause::GraphNotDeleted { .. } => format!("{region}: 動作グラフが未削除"),
        Cause::RegionFailed { error } => format!("{region}: {} の失敗", error.operation.name()),
        Cause::RegionSilent { .. } => format!("{region}: 応答なし"),
        Cause::RegionUnread => format!("{region}: 読み取れていない"),
        Cause::AwaitingVerification { .. } => format!("{who}: 照合中"),
        Cause::NotShown { .. } | Cause::Unfinished { .. } => format!("{who}: 未完了"),
        Cause::Defect { .. } => format!("{region}: 不具合"),
        Cause::KnownException { .. } => format!("{who}: 対象外として登録済み"),
        Cause::QuestionDenied { .. } | Cause::QuestionFailed { .. } => {
            format!("{who}: 確認できない")
        }
        Cause::DetectiveDenied { .. } => format!("{who}: Detective の拒否"),
        Cause::AlsoInvited { .. } => format!("{who}: ほかからの招待"),
        Cause::Other { .. } if place.is_a_region() => format!("{region}: 問題あり"),
        Cause::Other { .. } => format!("{who}: 問題あり"),
    }
}
