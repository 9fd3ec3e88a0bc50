//! The words for each cause in Japanese, in the terms of AWS's Japanese documentation. Commands, codes,
//! and AWS's own words stay as they are.

mod brief;
mod region;

use super::{Cause, FailedCall, FailureKind, MemberRole, Place, Told, ours};
use crate::account::Email;
use crate::event::Operation;
use crate::language::Language;

pub(super) use brief::brief;

/// The words for it; the command is that of the English ones.
pub(super) fn told(cause: &Cause, place: &Place) -> Told {
    let words = match cause {
        Cause::RoleNotAssumed { role, error } => role_not_assumed(role, error, place),
        Cause::DeployerNotAssumed { role, error } => deployer_not_assumed(role, error, place),
        Cause::RoleNotInStack { role, error } => role_not_assumed(role, error, place).todo(
            "スタックは CURRENT です。ロールがだれかに削除された場合は、このアカウントで `roles remove` を実行し、続けて `roles deploy` を実行してください",
        ),
        Cause::CallRefused { error } => call_refused(error, place),
        Cause::QuestionDenied { error, .. } | Cause::QuestionFailed { error } => {
            question(error)
        }
        Cause::DetectiveDenied { error } => what(format!(
            "{}の{}では、ポリシーが Detective を拒否しています。招待の承諾も拒否されるはずです",
            region(place),
            who(place)
        ))
        .why(answered(error))
        .todo(format!("{}{}", exempt(error, ASK_OR), or_expect(place))),
        Cause::Other { words } => what(Language::Japanese.retell(words)),
        Cause::WrongEmail { .. }
        | Cause::AcceptedButDisabled { .. }
        | Cause::NotAMember
        | Cause::UnknownStatus { .. }
        | Cause::RegionOff
        | Cause::RemovalNotApproved
        | Cause::NoEffect { .. }
        | Cause::NotInPlan { .. }
        | Cause::KnownException { .. }
        | Cause::AlsoInvited { .. } => of_a_member(cause, place),
        Cause::GraphFull { .. }
        | Cause::GraphHasOthers { .. }
        | Cause::GraphGone { .. }
        | Cause::GraphMissing
        | Cause::RegionNotCovered
        | Cause::GraphNotChanged { .. }
        | Cause::RegionFailed { .. }
        | Cause::RegionSilent { .. }
        | Cause::Defect { .. } => region::of_a_region(cause, place),
        Cause::RegionUnread
        | Cause::AwaitingVerification { .. }
        | Cause::NotShown { .. }
        | Cause::GraphNotDeleted { .. }
        | Cause::RoleNotTried { .. }
        | Cause::Unfinished { .. } => of_the_time(cause),
    };
    words.told(cause, place)
}

const AGAIN: &str = "もう一度実行してください";
const LATER: &str = "しばらくしてから、もう一度実行してください";
const LOOK_IT_UP: &str =
    "もう一度実行してください。変わらない場合は、エラーコードを AWS のドキュメントで調べてください";

/// A cause in words, without the full stops.
#[derive(Default)]
struct Words {
    what: String,
    why: Option<String>,
    todo: Option<String>,
}

fn what(text: impl Into<String>) -> Words {
    Words {
        what: text.into(),
        ..Words::default()
    }
}

impl Words {
    fn why(mut self, text: impl Into<String>) -> Self {
        self.why = Some(text.into());
        self
    }

    fn todo(mut self, text: impl Into<String>) -> Self {
        self.todo = Some(text.into());
        self
    }

    /// The last answer that was no success, as the reason.
    fn last(self, last: Option<&FailedCall>) -> Self {
        match last {
            Some(last) => self.why(format!("最後の応答: {}", answered(last))),
            None => self,
        }
    }

    fn told(self, cause: &Cause, place: &Place) -> Told {
        let sentence = |text: String| {
            let text = Email::mask_in(text.trim());
            match text.ends_with(['。', '.', '!', '?']) {
                true => text,
                false => text + "。",
            }
        };
        Told {
            what: sentence(self.what),
            why: self.why.map(sentence),
            todo: self.todo.map(sentence),
            command: super::words::told(cause, place).command,
            language: Language::Japanese,
        }
    }
}

/// The account, or how many there are, ready for a particle: after Latin letters there is a blank.
fn who(place: &Place) -> String {
    match (place.account(), place.accounts()) {
        (Some(account), _) => format!("アカウント {account} "),
        (None, 0) => "アカウント".to_owned(),
        (None, n) => format!("{n} アカウント"),
    }
}

/// The same for the Region.
fn region(place: &Place) -> String {
    match (place.the_region(), place.regions()) {
        (Some(region), _) => format!("{region} "),
        (None, 0) => "リージョン".to_owned(),
        (None, n) => format!("{n} リージョン"),
    }
}

/// AWS's answer, in AWS's words.
fn answered(error: &FailedCall) -> String {
    let words = Language::Japanese.retell(&error.to_string());
    format!("{}: {words}", error.operation.as_str())
}

/// Whoever owns the policy that denied it is to do this.
fn exempt(error: &FailedCall, ask: &str) -> String {
    let policy = match error.policy.as_deref() {
        Some("service control policy") => "サービスコントロールポリシー (SCP) ",
        Some("resource control policy") => "リソースコントロールポリシー (RCP) ",
        Some("permissions boundary") => "アクセス許可の境界",
        Some("session policy") => "セッションポリシー",
        Some("VPC endpoint policy") => "VPC エンドポイントポリシー",
        _ => "ポリシー",
    };
    format!("{policy}の管理者に、このロールを除外するよう{ask}")
}

/// The end of that sentence, and the end where another one follows.
const ASK: &str = "依頼してください";
const ASK_OR: &str = "依頼するか、";

fn or_expect(place: &Place) -> String {
    match place.as_expected() {
        Some(pairs) => format!("対象外であることを --expected {pairs} で登録してください"),
        None => "一覧の `expected` 列にリージョンを書いて、対象外として登録してください".to_owned(),
    }
}

/// What there is to do about it, where the code alone says so ([`FailedCall::advice`]).
fn advice(error: &FailedCall) -> Option<&'static str> {
    error.advice()?;
    Some(match &*error.code {
        "RegionDisabledException" => {
            "このアカウントでは、このリージョンの STS が無効です。IAM のアカウント設定で有効にしてください"
        }
        "SubscriptionRequiredException" | "OptInRequired" => {
            "アカウントの登録が完了していません。コンソールで登録 (支払い方法、電話番号、サポートプラン) を完了してください。反映に 1 日かかることがあります"
        }
        _ => "アカウントのクォータに達しています。Service Quotas で確認してください",
    })
}

fn of_a_member(cause: &Cause, place: &Place) -> Words {
    let (who, region) = (who(place), region(place));
    match cause {
        Cause::WrongEmail { email } => {
            let email = email.as_deref().map(|it| format!(" ({it}) "));
            what(format!(
                "{who}のルートユーザーの E メールアドレスが、招待したアドレス{}と一致しません",
                email.unwrap_or_default()
            ))
            .why("AWS が一覧のアドレスとアカウントのアドレスを照合し、異なると判断しました")
            .todo("一覧の行を訂正し、もう一度実行してください")
        }
        Cause::AcceptedButDisabled { reason, error } => {
            disabled(&who, reason.as_deref(), error.as_ref())
        }
        Cause::NotAMember => what(format!("{who}は {region}のメンバーではありません"))
            .todo("この一覧で `enable` を実行してください"),
        Cause::UnknownStatus { status } => what(format!(
            "{who}のステータスは {status} です。このバージョンでは扱えないステータスです"
        ))
        .todo("Detective のコンソールで確認してください"),
        Cause::RegionOff => what(format!("{who}で {region}が有効になっていません"))
            .todo(format!(
                "そのアカウントでリージョンを有効にするか、{}",
                or_expect(place)
            )),
        Cause::RemovalNotApproved => what(format!("{who}の削除は承認されていません"))
            .why("承認を求めた時点では、削除の対象に含まれていませんでした")
            .todo("一覧をもう一度アップロードし、承認を受けてください"),
        Cause::NoEffect { operation } => what(format!(
            "{} は何度も成功と応答されますが、結果が AWS の一覧に反映されません",
            operation.name()
        ))
        .todo("時間をおいて実行するか、AWS サポートにお問い合わせください"),
        Cause::NotInPlan { operation } => not_in_plan(*operation, place),
        Cause::KnownException { until, reason } => {
            let until = until
                .map(|day| format!(" ({} まで)", day.strftime("%Y年%-m月%-d日")))
                .unwrap_or_default();
            let reason = reason.as_ref().map(|it| format!(": {it}"));
            what(format!(
                "対象外として登録されています{until}{}",
                reason.unwrap_or_default()
            ))
        }
        Cause::AlsoInvited {
            administrator,
            status,
        } => what(format!(
            "管理者アカウント {administrator} からも招待されています (ステータス: {status})"
        ))
        .todo("意図したものであれば対応は不要です。その招待には触れません。料金は、メンバーになっている動作グラフごとにかかります"),
        _ => Words::default(),
    }
}

fn not_in_plan(operation: Operation, place: &Place) -> Words {
    let subject = match operation {
        Operation::CreateMembers
        | Operation::AcceptInvitation
        | Operation::DeleteMembers
        | Operation::StartMonitoringMember => who(place),
        _ => "動作グラフ".to_owned(),
    };
    what(format!(
        "{}の{subject}に必要な {} は、保存した計画にないため、行いません",
        region(place),
        operation.name()
    ))
    .why("計画を作ったあとに AWS の状態が変わりました。レビューされていないことは行いません")
    .todo("計画を作り直し、レビューを受けてください")
}

/// The words of Detective's service model and user guide for its two reasons.
fn disabled(who: &str, reason: Option<&str>, error: Option<&FailedCall>) -> Words {
    const IN_A_DAY: &str = "1 日おいて、もう一度実行してください。AWS も自動的に再試行します";
    let (why, todo) = match reason {
        Some("VOLUME_TOO_HIGH") => (
            "VOLUME_TOO_HIGH: このアカウントのデータを加えると、動作グラフの上限を超えます",
            "動作グラフの上限の引き上げを AWS サポートに依頼してください",
        ),
        Some("VOLUME_UNKNOWN") => (
            "VOLUME_UNKNOWN: AWS がアカウントのデータ量を確認できませんでした",
            IN_A_DAY,
        ),
        Some(other) => (other, IN_A_DAY),
        None => ("AWS は理由を示していません", IN_A_DAY),
    };
    let why = match error {
        Some(error) => format!("{why} (StartMonitoringMember: {error})"),
        None => why.to_owned(),
    };
    what(format!(
        "{who}は招待を承諾しましたが、AWS によって有効にされていません"
    ))
    .why(why)
    .todo(todo)
}

fn role_not_assumed(role: &MemberRole, error: &FailedCall, place: &Place) -> Words {
    let name = &role.name;
    let words = what(format!(
        "{}のロール {name} を引き受けられません",
        who(place)
    ));
    match error.kind {
        FailureKind::Denied if error.policy.is_some() => {
            words.why(answered(error)).todo(exempt(error, ASK))
        }
        FailureKind::Denied => {
            let tried = match (place.account(), role.external_id) {
                (Some(account), true) => format!("{} を外部 ID 付きで試行", role.arn(account)),
                (Some(account), false) => format!("{} を外部 ID なしで試行", role.arn(account)),
                (None, true) => "外部 ID 付きで試行".to_owned(),
                (None, false) => "外部 ID なしで試行".to_owned(),
            };
            words
                .why(format!(
                    "ロールがない、信頼ポリシーか外部 ID が合わない、アカウントが停止されている、のいずれかです。どれであるかを AWS は示しません ({tried})"
                ))
                .todo(deploy(role, place))
        }
        _ if error.code.as_ref() == ours::EXPIRED_AT_ONCE => words
            .why("STS の発行した認証情報が、すでに期限切れでした")
            .todo("このマシンの時計を合わせ、もう一度実行してください"),
        FailureKind::NotOn | FailureKind::Refused | FailureKind::Expired | FailureKind::Missing => {
            let todo = advice(error).map_or_else(|| deploy(role, place), str::to_owned);
            words.why(answered(error)).todo(todo)
        }
        _ => words.why(answered(error)).todo(AGAIN),
    }
}

fn deployer_not_assumed(role: &MemberRole, error: &FailedCall, place: &Place) -> Words {
    let words = what(format!(
        "{}で、スタックのデプロイに使うロール {} を引き受けられません",
        who(place),
        role.name
    ));
    let tried = place
        .account()
        .map(|it| format!(" ({} を試行)", role.arn(it)));
    let tried = tried.unwrap_or_default();
    match error.kind {
        FailureKind::Denied if error.policy.is_some() => {
            words.why(answered(error)).todo(exempt(error, ASK))
        }
        FailureKind::Denied => words
            .why(format!(
                "ロールがない、信頼ポリシーが合わない、アカウントが停止されている、のいずれかです。どれであるかを AWS は示しません{tried}"
            ))
            .todo("呼び出し元を信頼する既存のロールを --via で指定するか、別の方法でテンプレートをデプロイしてください (docs/roles.md)"),
        _ => {
            let todo = advice(error).map_or_else(|| AGAIN.to_owned(), str::to_owned);
            words.why(format!("{}{tried}", answered(error))).todo(todo)
        }
    }
}

fn deploy(role: &MemberRole, place: &Place) -> String {
    if place.is_everybody() {
        return "すべてのアカウントで同じ結果です。まず --role-name と --external-id を、次に、管理者アカウントに sts:AssumeRole が許可されているかを確認してください".to_owned();
    }
    match role.name.strip_prefix("detective-fleet/") {
        Some(_) => "この管理者アカウントと外部 ID を指定して、ロール (deploy/member-role.yaml) をデプロイしてください。別の名前のロールを使う場合は --role-name で指定します".to_owned(),
        None => format!(
            "この名前とパスのロールがあるか確認してください。deploy/member-role.yaml が作成するロールは {} で、--role-name {} で指定します",
            MemberRole::DEFAULT,
            MemberRole::DEFAULT
        ),
    }
}

fn call_refused(error: &FailedCall, place: &Place) -> Words {
    let is_acceptance = error.operation == Operation::AcceptInvitation;
    let words = what(format!(
        "{}の{}に対する {} が拒否されました",
        region(place),
        who(place),
        error.operation.name()
    ))
    .why(answered(error));
    match (error.kind, &error.policy) {
        (FailureKind::NotOn, _) if is_acceptance && error.advice().is_none() => {
            words.todo(format!(
                "アカウントでリージョンが有効でないか、そこで有効なトークンではありません。リージョンを有効にするか、{}",
                or_expect(place)
            ))
        }
        (FailureKind::Denied, Some(_)) => {
            words.todo(format!("{}{}", exempt(error, ASK_OR), or_expect(place)))
        }
        (FailureKind::Denied, None) if is_acceptance => words.todo(format!(
            "アカウントのロールに detective:AcceptInvitation を許可するか (サービスコントロールポリシーがリージョン全体を拒否していることもあります)、{}",
            or_expect(place)
        )),
        _ => words.todo(advice(error).unwrap_or(LOOK_IT_UP)),
    }
}

fn of_the_time(cause: &Cause) -> Words {
    let (text, todo, last) = match cause {
        Cause::AwaitingVerification { last } => (
            "AWS がアカウント ID とルートユーザーの E メールアドレスを照合しています",
            LATER,
            last,
        ),
        Cause::NotShown { last } => ("結果がまだ AWS の一覧に表れていません", LATER, last),
        Cause::GraphNotDeleted { last } => {
            ("動作グラフを削除する前に実行が終わりました", AGAIN, last)
        }
        Cause::RoleNotTried { last } => ("ロールを引き受ける前に実行が終わりました", AGAIN, last),
        Cause::Unfinished { last } => ("完了する前に実行が終わりました", AGAIN, last),
        _ => ("リージョンを読み取る前に実行が終わりました", AGAIN, &None),
    };
    what(text).last(last.as_ref()).todo(todo)
}

/// What a check wants to know and could not find out.
fn question(error: &FailedCall) -> Words {
    let question = match error.operation {
        Operation::ListRegions => "有効なリージョン",
        Operation::ListInvitations => "ほかからの招待",
        _ => "GuardDuty の状態",
    };
    let operation = error.operation.as_str();
    what(format!("{question}を確認できません"))
        .why(answered(error))
        .todo(match (error.kind, &error.policy) {
            (FailureKind::Denied, Some(_)) => {
                format!("ロールについての対応は不要です。{}", exempt(error, ASK))
            }
            (FailureKind::Denied, None) => {
                format!("ロールのポリシーで {operation} を許可してください")
            }
            _ => AGAIN.to_owned(),
        })
}
