//! Messages in Japanese, in the terms of AWS's Japanese documentation and of `docs/ja/`.

use fleet::language::Row;

pub(super) const ROWS: &[Row] = &[
    ("{0} account", "{0} アカウント"),
    ("{0} membership", "{0} 件のメンバーシップ"),
    ("{0} account-Region", "{0} 件のメンバーシップ"),
    ("{0} behavior graph", "{0} 件の動作グラフ"),
    // The first line.
    ("[ACTION] {0}", "【要対応】{0}"),
    ("[KNOWN] {0}", "【既知】{0}"),
    ("[WAITING] {0}", "【処理待ち】{0}"),
    ("[OK] {0}", "【正常】{0}"),
    ("[PLAN] {0}", "【計画】{0}"),
    ("[INFO] {0}", "【お知らせ】{0}"),
    ("again: {0}", "正常に戻りました。{0}"),
    ("a newer list took over", "新しい一覧に引き継がれました"),
    ("the list is refused", "一覧を受け付けられません"),
    (
        "the saved plan is not executed",
        "保存した計画は実行されませんでした",
    ),
    (
        "the removals were not approved",
        "削除が承認されませんでした",
    ),
    ("the run ended early", "実行が途中で終わりました"),
    ("something needs action", "対応が必要です"),
    (
        "1 line of the list cannot be used",
        "一覧に使えない行が 1 行あります",
    ),
    (
        "{0} lines of the list cannot be used",
        "一覧に使えない行が {0} 行あります",
    ),
    ("{0}, and 1 more cause", "{0}、ほか 1 件"),
    ("{0}, and {1} more causes", "{0}、ほか {1} 件"),
    (
        "{0} of {1} accounts waits for AWS",
        "{1} アカウント中 {0} アカウントが AWS の処理を待っています",
    ),
    (
        "{0} of {1} accounts wait for AWS",
        "{1} アカウント中 {0} アカウントが AWS の処理を待っています",
    ),
    (
        "behavior graph made again in {0}, the old data is gone",
        "{0} の動作グラフを作り直しました。以前のデータは失われています",
    ),
    (
        "behavior graphs made again in {0}, the old data is gone",
        "{0} の動作グラフを作り直しました。以前のデータは失われています",
    ),
    // Headings.
    ("Needs action:", "要対応:"),
    ("Known already:", "すでにお知らせしたもの:"),
    ("Waiting for AWS:", "AWS の処理待ち:"),
    (
        "Lines of the list that cannot be used:",
        "一覧の使えない行:",
    ),
    ("Regions that cannot be read:", "読み取れないリージョン:"),
    ("Worth knowing:", "お知らせ:"),
    (
        "To have just this done, and nothing else:",
        "この計画だけを実行するには:",
    ),
    (
        "New since the run of {0}:",
        "{0} の実行のあとの、新しい要対応:",
    ),
    // Lines.
    ("{0}, for 1 day", "{0} (1 日前から)"),
    ("{0}, for {1} days", "{0} ({1} 日前から)"),
    ("{0}, for 1 hour", "{0} (1 時間前から)"),
    ("{0}, for {1} hours", "{0} ({1} 時間前から)"),
    ("{0}, for 1 minute", "{0} (1 分前から)"),
    ("{0}, for {1} minutes", "{0} ({1} 分前から)"),
    ("{0}, as before", "{0} (前回と同じ)"),
    (
        "The behavior graph in {0} was made again: the one that the last report had was deleted, and its data with it.",
        "{0} の動作グラフを作り直しました。前回のレポートにあった動作グラフは削除され、データも失われています。",
    ),
    ("line {0}: {1}", "{0} 行目: {1}"),
    ("{0} in {1}", "{0}: {1}"),
    (" and {0} more", "、ほか {0} アカウント"),
    (
        "and {0} more: see the report",
        "ほか {0} 件 (レポートにあります)",
    ),
    (
        "Nothing was changed. This is what would be done.",
        "何も変更していません。実行すると次のようになります。",
    ),
    ("{0} would be made.", "{0}を作成します。"),
    (
        "{0} would start to be charged, or begin the free trial.",
        "{0}で、課金または無料トライアル期間が始まります。",
    ),
    // Counts.
    ("{0}.", "{0}。"),
    ("{0}: {1}.", "{0}: {1}。"),
    ("{0} enabled", "有効 {0}"),
    ("{0} changed", "変更 {0}"),
    ("{0} removed", "外した {0}"),
    ("{0} waiting", "処理待ち {0}"),
    ("{0} needing action", "要対応 {0}"),
    ("{0} out of scope", "対象外 {0}"),
    ("{0} to invite", "招待 {0}"),
    ("{0} to accept", "承諾 {0}"),
    ("{0} to start", "有効化の要求 {0}"),
    ("{0} to repair", "修復 {0}"),
    ("{0} to remove", "外す {0}"),
    ("{0} to wait for", "照合待ち {0}"),
    ("{0} as the list wants", "一覧のとおり {0}"),
    // The end.
    ("an upload", "アップロード"),
    (
        "{0} of {1}, administrator {2}, run {3}",
        "{0}: {1}、管理者アカウント {2}、実行 {3}",
    ),
    ("Uploaded by {0}", "アップロード: {0}"),
    ("Approved by {0}", "承認: {0}"),
    ("Page: {0}", "ページ: {0}"),
    ("Report: {0}", "レポート: {0}"),
    ("All files of the run: {0}", "実行のすべてのファイル: {0}"),
    ("Execution: {0}", "実行の履歴: {0}"),
    // The question whether somebody approves.
    (
        "[ACTION] approval needed: {0} would remove {1}",
        "【要対応】承認が必要です: {0} により {1}が外されます",
    ),
    ("Worth knowing: {0}", "お知らせ: {0}"),
    (
        "This would remove {0} ({1}), and waits until {2} for somebody to approve it. Nothing was changed so far.",
        "この実行は {0} ({1}) を外します。{2} まで承認を待ちます。まだ何も変更していません。",
    ),
    (
        "To approve it, as a role or user that the stack's parameter ApproverArns names:",
        "承認するには、スタックのパラメータ ApproverArns に指定されたロールまたはユーザーで、次のコマンドを実行してください:",
    ),
    (
        "If it is not meant, do nothing, or upload the right list under the same name: this run ends then.",
        "意図したものでない場合は、何もしないか、正しい一覧を同じ名前でアップロードしてください。この実行は終わります。",
    ),
    ("Who would go:", "外されるアカウント:"),
    (
        "and {0} more: see the file",
        "ほか {0} アカウント (ファイルにあります)",
    ),
    ("All of it: {0}", "すべての対象: {0}"),
];
