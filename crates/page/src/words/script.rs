//! The words that the scripts of the page say.

use fleet::language::Row;

/// What `say` and `counted` of the scripts are asked for.
pub(crate) const SCRIPT: &[Row] = &[
    ("{0} account", "{0} アカウント"),
    ("{0} membership", "{0} 件のメンバーシップ"),
    ("{0} Region", "{0} リージョン"),
    ("{0} in {1}", "{0}、{1}"),
    ("{0} of {1}, {2}", "{1}中 {0} アカウント、{2}"),
    ("Copied", "コピーしました"),
    ("Selected", "選択しました"),
    ("Account", "アカウント"),
    ("What is known", "内容"),
    ("nothing is known", "情報なし"),
    ("no member", "メンバーではない"),
    ("removed", "外した"),
    ("invited", "招待"),
    ("accepted", "承諾"),
    ("asked AWS to enable it", "AWS に有効化を要求"),
    ("{0} s", "{0} 秒"),
    ("{0} min {1} s", "{0} 分 {1} 秒"),
    ("before", "実行前"),
    ("after {0}, at {1}", "{0}後、{1}"),
    ("at the end", "実行後"),
    (
        "This account in every Region",
        "このアカウントの全リージョン",
    ),
    ("Show all with this reason", "同じ理由のものをすべて表示"),
    ("Invited", "招待日時"),
    ("Last change", "最終更新"),
    ("Close", "閉じる"),
    (" in ", " の "),
    ("History", "経過"),
    ("Status", "ステータス"),
    (
        "The report says nothing of this account in this Region.",
        "このレポートには、このアカウントのこのリージョンについての情報がありません。",
    ),
    ("The Region", "このリージョン"),
    ("Owner", "担当"),
    ("Behavior graph", "動作グラフ"),
    ("Nothing is like that.", "該当するものはありません。"),
];
