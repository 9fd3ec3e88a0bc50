//! What `check` finds that has no cause of its own (`crates/fleet/src/check/`).

use super::super::Row;

pub(super) const ROWS: &[Row] = &[
    // administrator.rs
    (
        "{0}, {#1} of them left out",
        "{0} (うち {1} アカウントは対象外)",
    ),
    (
        "{0} works as the administrator {1}, in the partition {2}",
        "{0} が、管理者アカウント {1} として、パーティション {2} で実行します",
    ),
    (
        "on in the administrator; the run works there",
        "管理者アカウントで有効なので、実行の対象です",
    ),
    (
        "room: the fullest behavior graph would have {#0} of {#1} members; {2}",
        "空きがあります。最も多い動作グラフで、上限 {1} メンバーのうち {0} メンバーになります。{2}",
    ),
    (
        "no behavior graph yet: enable makes it",
        "動作グラフはまだありません。enable が作成します",
    ),
    (
        "nearly full: the behavior graph would have {#0} of {#1} members, a quota of AWS that cannot be raised",
        "上限に近づいています。動作グラフは、上限 {1} メンバーのうち {0} メンバーになります。これは AWS のクォータで、引き上げられません",
    ),
    (
        "plan for another administrator before the company outgrows this one",
        "上限に達する前に、もう 1 つの管理者アカウントを検討してください",
    ),
    (
        "too much data for more members: {0}",
        "データ量が多すぎて、これ以上メンバーを増やせません。{0}",
    ),
    ("much data: {0}", "データ量が多くなっています。{0}"),
    (
        "ask AWS support, or give some of them another administrator",
        "AWS サポートに相談するか、一部のアカウントを別の管理者アカウントに移してください",
    ),
    (
        "the listed members send less than 0.1 of 10 TB a day (a lower bound: the administrator's own data is in no list, and new members will add theirs)",
        "一覧のメンバーのデータは 1 日あたり 0.1 TB 未満で、上限は 10 TB です (少なくとも、という値です。管理者アカウント自身のデータは示されず、新しいメンバーの分も加わります)",
    ),
    (
        "the listed members send {0} of 10 TB a day (a lower bound: the administrator's own data is in no list, and new members will add theirs)",
        "一覧のメンバーのデータは 1 日あたり {0} TB で、上限は 10 TB です (少なくとも、という値です。管理者アカウント自身のデータは示されず、新しいメンバーの分も加わります)",
    ),
    // member.rs
    ("the role can be assumed", "ロールを引き受けられます"),
    (
        "not found out: the check ended before AWS had answered",
        "確認できていません。AWS が応答する前に確認が終わりました",
    ),
    (
        "run it again, with a longer --timeout if it had no time",
        "もう一度実行してください。時間が足りなかった場合は、--timeout を長くしてください",
    ),
    (
        "say --admin-role {0}: it is the role that the member role trusts where nothing else was said, and the caller may assume it",
        "--admin-role {0} を指定してください。メンバーロールが既定で信頼するロールで、実行する人はこのロールを引き受けられます",
    ),
    (
        "the member role trusts {0} where nothing else was said, and this run does not work as that role, nor may the caller assume it: look at --admin-role, or deploy the role with --trusted-role or --also-trust (docs/roles.md); then at --role-name and --external-id",
        "メンバーロールは既定で {0} を信頼しますが、この実行はそのロールではなく、実行する人もそのロールを引き受けられません。--admin-role を確認するか、--trusted-role か --also-trust を指定してロールをデプロイしてください (docs/ja/roles.md)。それから --role-name と --external-id を確認してください",
    ),
    (
        "account:ListRegions and detective:ListInvitations are answered",
        "account:ListRegions と detective:ListInvitations に応答があります",
    ),
    ("nobody else invites", "ほかからの招待はありません"),
    (
        "every Region of the run is on in the account",
        "実行の対象のリージョンは、アカウントですべて有効です",
    ),
    (
        "GuardDuty is not on: before 2024 Detective demanded 48 hours; today it is advice, since its findings are part of what Detective ingests",
        "GuardDuty が有効になっていません。2024 年より前の Detective は、有効にしてから 48 時間たっていることを必須としていました。現在は推奨です。GuardDuty の検出結果も Detective に取り込まれます",
    ),
    (
        "think about switching it on",
        "有効にすることを検討してください",
    ),
    (
        "GuardDuty has been on for 48 hours or more",
        "GuardDuty は 48 時間以上前から有効です",
    ),
    (
        "GuardDuty has been on for {#0} hours only: before 2024 Detective demanded 48 hours; today it is advice, since its findings are part of what Detective ingests",
        "GuardDuty が有効になってから {0} 時間しかたっていません。2024 年より前の Detective は、48 時間たっていることを必須としていました。現在は推奨です。GuardDuty の検出結果も Detective に取り込まれます",
    ),
    (
        "nothing, or wait",
        "対応は不要です。気になる場合は、しばらく待ってください",
    ),
];
