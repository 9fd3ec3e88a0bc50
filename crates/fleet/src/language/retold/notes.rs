//! Notes, changes of behavior graphs, and what ended a run.

use super::super::Row;

pub(super) const ROWS: &[Row] = &[
    // Counts that stand in other sentences.
    ("1 account", "1 アカウント"),
    ("{#0} accounts", "{0} アカウント"),
    ("1 Region", "1 リージョン"),
    ("{#0} Regions", "{0} リージョン"),
    ("1 membership", "1 件のメンバーシップ"),
    ("{#0} memberships", "{0} 件のメンバーシップ"),
    ("somebody", "だれか"),
    // crates/fleet/src/report/recorder.rs
    (
        "{0} is denied to the administrator's credentials: whole lists are read in the place of a few members, which takes longer in a large behavior graph; allow it (docs/permissions.md)",
        "管理者の認証情報では {0} が拒否されました。一部のメンバーの代わりに一覧全体を読み取るため、大きな動作グラフでは時間がかかります。{0} を許可してください (docs/permissions.md)",
    ),
    // crates/engine/src/region_selection.rs
    (
        "whether the named Regions are on cannot be asked (account:ListRegions: {0}): taken as on",
        "指定されたリージョンが有効かどうかを確認できません (account:ListRegions: {0})。有効とみなします",
    ),
    (
        "which Regions are on cannot be asked (account:ListRegions: {0}): working in those with Detective that need no opt-in; name others with --regions",
        "どのリージョンが有効かを確認できません (account:ListRegions: {0})。Detective があり、オプトインの要らないリージョンだけを対象とします。ほかのリージョンは --regions で指定してください",
    ),
    (
        "Detective answers in Regions that are newer than our table: {0}; they are used only if asked for with --regions",
        "Detective の応答があった、新しいリージョン: {0}。--regions で指定した場合だけ対象となります",
    ),
    (
        "left out, because they are not switched on in the administrator account: {0}",
        "管理者アカウントで有効になっていないため、対象外としたリージョン: {0}",
    ),
    // crates/fleet/src/report/email.rs and organization.rs
    (
        "{0}: the e-mail address that AWS has in {1} ({2}) is not the one in the list; correct the list if the root user's address has changed",
        "{0}: AWS に登録されている E メールアドレス {2} ({1}) が、一覧のものと異なります。ルートユーザーのアドレスが変わった場合は、一覧を直してください",
    ),
    (
        "{0} came through AWS Organizations, without an invitation (in {1}): {2} organization decides about {3}, and its behavior graphs are deleted, with all data, when the organization removes its Detective administrator",
        "招待ではなく AWS Organizations によってメンバーになったアカウントがあります ({0}、{1})。その扱いは組織が決めます。組織が Detective の管理者を削除すると、動作グラフはデータとともに削除されます",
    ),
    // crates/fleet/src/expected.rs and crates/cli/src/settings.rs
    (
        "expected: {0} has ended and does not count any more; remove it, or give it a new day",
        "expected: {0} は期限が切れ、もう効果がありません。取り除くか、期日を新しくしてください",
    ),
    (
        "the message is not used: AWS's mail is off (--send-email)",
        "メッセージは使われません。AWS からのメールがオフになっています (--send-email)",
    ),
    // crates/cli/src/display/saved.rs
    (
        "this plan was saved at {0} by {1} by the list {2} with detective-fleet {3}; {4}",
        "この計画は、{1} が一覧 {2} をもとに detective-fleet {3} で保存したものです ({0})。{4}",
    ),
    (
        "this plan was saved at {0} by {1} with detective-fleet {2}; {3}",
        "この計画は、{1} が detective-fleet {2} で保存したものです ({0})。{3}",
    ),
    ("of a version that is not known", "(バージョン不明)"),
    ("it expired at {0}", "期限は切れています ({0})"),
    ("it may be executed until {0}", "実行できる期限は {0} です"),
    ("it is for {0} with {1}", "{0} のための計画です: {1}"),
    // crates/cli/src/commands/plan.rs
    (
        "to go ahead it has to be allowed: {0}",
        "実行するには許可が必要です: {0}",
    ),
    // crates/lambda/src/drift.rs and roles.rs
    (
        "{0} was ENABLED in the last report and had vanished in {1}",
        "{0} は前回のレポートでは ENABLED でしたが、{1} のメンバーではなくなっていました",
    ),
    (
        "{0} was in the last report, and nobody looks there now: it was switched off, or left out by the stack's parameters; its members may still be charged",
        "{0} は前回のレポートにはありましたが、今は対象になっていません。リージョンが無効になったか、スタックのパラメータで除かれています。メンバーには引き続き料金がかかることがあります",
    ),
    ("no role in {0}: {1}", "{0} にロールがありません: {1}"),
    (
        "roles could not be made by the StackSet: {0}",
        "StackSet でロールを作成できませんでした: {0}",
    ),
    (
        "CloudFormation says {0} and no reason",
        "CloudFormation は {0} とだけ示し、理由を示していません",
    ),
    // crates/fleet/src/report/recorder.rs and plan/chores.rs
    ("graph created", "動作グラフを作成"),
    ("graph deleted", "動作グラフを削除"),
    ("set the tags {0}", "タグを設定: {0}"),
    ("remove the tags {0}", "タグを削除: {0}"),
    (
        "start the packages {0}",
        "データソースパッケージを開始: {0}",
    ),
    ("read its tags", "タグの読み取り"),
    ("read its packages", "データソースパッケージの読み取り"),
    // crates/fleet/src/cost/report.rs and crates/cli/src/rates.toml
    (
        "list prices of us-east-1 as remembered, taken for every Region",
        "このツールが持つ us-east-1 の定価を、すべてのリージョンに当てはめています",
    ),
    (
        "the administrator's own data: Detective's API does not report it",
        "管理者アカウント自身のデータ (Detective の API では取得できません)",
    ),
    ("{0}: could not be read", "{0} (読み取れませんでした)"),
    (
        "1 membership of which AWS gives no volume yet",
        "データ量がまだ示されていない 1 件のメンバーシップ",
    ),
    (
        "{#0} memberships of which AWS gives no volume yet",
        "データ量がまだ示されていない {0} 件のメンバーシップ",
    ),
    // crates/fleet/src/history/teller.rs
    (
        "run {0} has a journal and no report: it was killed, or its report is not here{1}",
        "実行 {0} にはジャーナルがあり、レポートがありません。強制終了されたか、レポートがここにありません{1}",
    ),
    (
        "run {0} has a journal and no report: it was killed, or its report is not here",
        "実行 {0} にはジャーナルがあり、レポートがありません。強制終了されたか、レポートがここにありません",
    ),
    (
        "; the answer to 1 request was never heard",
        "。応答の分からないリクエストが 1 件あります",
    ),
    (
        "; the answers to {#0} requests were never heard",
        "。応答の分からないリクエストが {0} 件あります",
    ),
    (
        "{#0} of the documents show only some memberships (--only)",
        "一部のメンバーシップだけを示すレポートが {0} 件あります (--only)",
    ),
    // crates/engine: what ends a run
    (
        "the administrator's credentials have expired ({0}): sign in again, and run again; what was reached stays",
        "管理者アカウントの認証情報の期限が切れました ({0})。サインインし直して、もう一度実行してください。ここまでの結果は残ります",
    ),
    (
        "a defect of detective-fleet: something was about to be sent that the saved plan does not hold, and was not; please report it",
        "detective-fleet の不具合です。保存した計画にないリクエストを送ろうとしたため、送信を中止しました。ご報告ください",
    ),
    // crates/cli/src/commands/fleet_session.rs and notice.rs
    (
        "this executes the plan in {0}, which was saved at {1} by {2}, was approved by {3}, and nothing else",
        "{0} の計画 ({1}、{2} が保存し、{3} が承認) だけを実行しました",
    ),
    (
        "this executes the plan in {0}, which was saved at {1}, was approved by {2}, and nothing else",
        "{0} の計画 ({1} に保存、{2} が承認) だけを実行しました",
    ),
    ("{0}, from {.1}", "{0} (IP アドレス {1})"),
    (
        "this executes the plan in {0}, which was saved at {1} by {2}, and nothing else",
        "{0} の計画 ({1}、{2} が保存) だけを実行しました",
    ),
    (
        "this executes the plan in {0}, which was saved at {1}, and nothing else",
        "{0} の計画 ({1} に保存) だけを実行しました",
    ),
    (
        "every member refused {0}: the role of the template trusts {1} alone where nothing else was said; name it with --admin-role, and `check` says whether the caller may assume it",
        "すべてのメンバーが {0} を拒否しました。テンプレートのロールが既定で信頼するのは {1} だけです。--admin-role で指定してください。実行者がこのロールを引き受けられるかどうかは `check` で確認できます",
    ),
    (
        "that the role may call detective:AcceptInvitation cannot be proven before there is an invitation: the first `enable` shows it",
        "ロールに detective:AcceptInvitation が許可されているかどうかは、招待があるまで確認できません。最初の `enable` で分かります",
    ),
    (
        "left out, as expected: {0} and {#1} more",
        "登録どおり対象外としたもの: {0}、ほか {1} 件",
    ),
    (
        "left out, as expected: {0}",
        "登録どおり対象外としたもの: {0}",
    ),
    // crates/fleet/src/report/selection.rs and history/filter.rs
    (
        "{#0} of {#1} memberships are shown",
        "{1} 件のメンバーシップのうち {0} 件を示しています",
    ),
    (
        "neither in the file nor a member anywhere: {0}",
        "一覧になく、どのリージョンのメンバーでもないもの: {0}",
    ),
    (
        "no report or journal here speaks of {0}",
        "{0} についてのレポートもジャーナルもありません",
    ),
    (
        "no change that is told here was in {0}",
        "{0} での変更はありません",
    ),
];
