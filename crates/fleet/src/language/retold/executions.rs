//! What ends an execution of the AWS form, and what its guard rails say.

use super::super::Row;

pub(super) const ROWS: &[Row] = &[
    // crates/lambda
    (
        "the execution ended before anything was begun",
        "何も始まらないうちに実行が終わりました",
    ),
    (
        "the work in this Region was not begun",
        "このリージョンでの処理は始まりませんでした",
    ),
    (
        "{0} is not in the bucket: upload the list of accounts under that name",
        "{0} がバケットにありません。アカウントの一覧を、この名前でアップロードしてください",
    ),
    (
        "another execution has been changing AWS all the time: look at the state machine's executions and at {0}, and upload the file again",
        "ほかの実行がずっと変更を続けています。ステートマシンの実行と {0} を確認し、一覧をもう一度アップロードしてください",
    ),
    (
        "another execution took over because this one was silent for too long: upload the file again",
        "長い間応答がなかったため、ほかの実行に引き継がれました。一覧をもう一度アップロードしてください",
    ),
    (
        "{0} changes all the time: nothing was removed",
        "{0} が変わり続けているため、何も外しませんでした",
    ),
    (
        "{0} is larger than 5 MiB; is it the list of accounts?",
        "{0} は 5 MiB を超えています。アカウントの一覧かどうか確認してください",
    ),
    (
        "{0} still names {1}: take them out of that file first, and upload both",
        "{0} に、まだ {1} が載っています。先にその一覧から取り除き、両方をアップロードしてください",
    ),
    (
        "{0}: lists under disable/ are switched off by the stack's parameter DisableByUpload",
        "{0}: disable/ の一覧は、スタックのパラメータ DisableByUpload によって無効になっています",
    ),
    (
        "{0} cannot be read, so that nobody can tell whom it names ({1}): correct it first",
        "{0} を読み取れず、載っているアカウントが分かりません ({1})。先に訂正してください",
    ),
    (
        "the stack's parameter ApproveRemovals is true, and its parameter ApproverArns names nobody who could approve that members are removed: nothing was changed",
        "スタックのパラメータ ApproveRemovals が true ですが、承認できる人がパラメータ ApproverArns に指定されていません。何も変更していません",
    ),
    // crates/fleet/src/guard.rs
    (
        "nothing is removed with a file that has bad lines ({0} here), because nobody can tell whom they mean: correct them first",
        "誤りのある行 ({0} 行) がどのアカウントを指すか分からないため、何も外しません。先に訂正してください",
    ),
    (
        "this would remove {0} of {1} member accounts, and {2} may be removed without being asked for: is the file complete? If so, say --max-removals {3}",
        "{1} メンバーアカウント中 {0} アカウントが外されることになりますが、確認なしで外せるのは {2} アカウントまでです。一覧に漏れがないか確認し、なければ --max-removals {3} を指定してください",
    ),
    (
        "this would remove {0} of {1} member accounts, and {2} may be removed without being asked for: are all of them meant to leave? If so, say --max-removals {3}",
        "{1} メンバーアカウント中 {0} アカウントが外されることになりますが、確認なしで外せるのは {2} アカウントまでです。すべて外してよいか確認し、よければ --max-removals {3} を指定してください",
    ),
    (
        "this would remove {0} of {1} member accounts, and {2} may be removed without being asked for: is Detective meant to end for all of them? If so, say --max-removals {3}",
        "{1} メンバーアカウント中 {0} アカウントが外されることになりますが、確認なしで外せるのは {2} アカウントまでです。すべてのアカウントで Detective を終了してよいか確認し、よければ --max-removals {3} を指定してください",
    ),
    (
        "since {0} approved it, there is more to remove: {1}. Nothing was changed: upload the list again, and have all of it approved",
        "{0} の承認のあと、削除の対象が増えました: {1}。何も変更していません。一覧をもう一度アップロードし、すべてについて承認を受けてください",
    ),
    (
        "nobody approved the removal of {#0} accounts within {#1} hours: nothing was changed. Upload the list again to have it asked again",
        "{0} アカウントの削除が {1} 時間以内に承認されなかったため、何も変更していません。もう一度承認を求めるには、一覧をもう一度アップロードしてください",
    ),
    (
        "nobody approved the removal of {#0} accounts within {#1} hours ({2}): nothing was changed. Upload the list again to have it asked again",
        "{0} アカウントの削除が {1} 時間以内に承認されなかったため ({2})、何も変更していません。もう一度承認を求めるには、一覧をもう一度アップロードしてください",
    ),
    ("{0} was too late", "{0} の承認は期限を過ぎていました"),
    (
        "{0} approved something else",
        "{0} が承認したのは別の内容でした",
    ),
    (
        "somebody has to approve these removals before they are made (the stack's parameter ApproveRemovals)",
        "外す前に承認が必要です (スタックのパラメータ ApproveRemovals)",
    ),
    (
        "this would invite {0} accounts, and {1} may be by one upload: is the list right? If so, set the stack's parameter MaxInvitations to {2}, and upload it again",
        "{0} アカウントを招待することになりますが、1 回のアップロードで招待できるのは {1} アカウントまでです。一覧を確認し、正しければスタックのパラメータ MaxInvitations を {2} にして、もう一度アップロードしてください",
    ),
    (
        "nothing is removed with a file that has bad lines, because nobody can tell whom they mean: correct them first",
        "誤りのある行がどのアカウントを指すか分からないため、何も外しません。先に訂正してください",
    ),
    (
        "{0}: nothing is removed with a file that has bad lines, because nobody can tell whom they mean: correct them first",
        "{0}: 誤りのある行がどのアカウントを指すか分からないため、何も外しません。先に訂正してください",
    ),
    (
        "{0}: the stack's parameter AllowRemovals is false, so that no member can be removed: nothing was changed",
        "{0}: スタックのパラメータ AllowRemovals が false なので、メンバーを外せません。何も変更していません",
    ),
    (
        "this would remove {#0} of {#1} member accounts, and {#2} may be removed without being asked for: is the list complete? If so, set the stack's parameter MaxRemovals to {3}, and upload it again",
        "{1} メンバーアカウント中 {0} アカウントが外されることになりますが、確認なしで外せるのは {2} アカウントまでです。一覧に漏れがないか確認し、なければスタックのパラメータ MaxRemovals を {3} にして、もう一度アップロードしてください",
    ),
    (
        "this would remove {#0} of {#1} member accounts, {#2} of them by earlier runs of the last {#3} hours, and {#4} may be removed without being asked for: is the list complete? If so, set the stack's parameter MaxRemovals to {5}, and upload it again",
        "{1} メンバーアカウント中 {0} アカウント (うち {2} アカウントは過去 {3} 時間の実行による) が外されることになりますが、確認なしで外せるのは {4} アカウントまでです。一覧に漏れがないか確認し、なければスタックのパラメータ MaxRemovals を {5} にして、もう一度アップロードしてください",
    ),
    (
        "this would remove {#0} of {#1} member accounts, and {#2} may be removed without being asked for: are all of them meant to leave? If so, set the stack's parameter MaxRemovals to {3}, and upload it again",
        "{1} メンバーアカウント中 {0} アカウントが外されることになりますが、確認なしで外せるのは {2} アカウントまでです。すべて外してよいか確認し、よければスタックのパラメータ MaxRemovals を {3} にして、もう一度アップロードしてください",
    ),
    (
        "this would remove {#0} of {#1} member accounts, {#2} of them by earlier runs of the last {#3} hours, and {#4} may be removed without being asked for: are all of them meant to leave? If so, set the stack's parameter MaxRemovals to {5}, and upload it again",
        "{1} メンバーアカウント中 {0} アカウント (うち {2} アカウントは過去 {3} 時間の実行による) が外されることになりますが、確認なしで外せるのは {4} アカウントまでです。すべて外してよいか確認し、よければスタックのパラメータ MaxRemovals を {5} にして、もう一度アップロードしてください",
    ),
    // Saved plans.
    (
        "{0}: this is not what a run of this stack saved (runs/RUN/plan.json): nothing was changed. Copy the plan from there, or upload its list under plan/ for a new one; a plan of the command's is executed by the command",
        "{0}: このスタックの実行が保存したもの (runs/RUN/plan.json) ではないため、何も変更していません。そこから計画をコピーするか、一覧を plan/ にアップロードして計画を作り直してください。コマンドで保存した計画は、コマンドで実行します",
    ),
    (
        "{0}: this plan ({1}) was made by {2}, and what is executed here was made by {3}: nothing was changed. Copy it to where the message of the plan says",
        "{0}: この計画 ({1}) のもとは {2} ですが、ここで実行されるのは {3} をもとにした計画です。何も変更していません。計画のメッセージにある場所へコピーしてください",
    ),
    ("no list", "(一覧なし)"),
    (
        "{0}: the plan has the Region {1}, which the stack leaves out: nothing was changed",
        "{0}: 計画にあるリージョン {1} は、スタックの対象外です。何も変更していません",
    ),
    (
        "{0}: nothing was changed: {1}",
        "{0}: 何も変更していません。{1}",
    ),
    (
        "this is no saved plan ({0}): copy the plan.json of a run under plan/",
        "保存した計画ではありません ({0})。plan/ の実行の plan.json をコピーしてください",
    ),
    (
        "this is a saved plan of version {#0}, and this program reads version {#1}: execute it with the program that made it, or make a new plan; upload its list under plan/ again for one",
        "保存した計画のバージョンは {0} ですが、扱えるのはバージョン {1} です。一覧を plan/ にアップロードして、計画を作り直してください",
    ),
    (
        "it was changed after it was saved (its digest does not fit): make a new plan, and have that reviewed",
        "保存後に変更されています (ダイジェストが一致しません)。計画を作り直し、レビューを受けてください",
    ),
    (
        "nothing was changed: the saved plan is for something else than what the stack wants now: {0}; upload its list under plan/ again, and have the new plan reviewed",
        "何も変更していません。保存した計画は、スタックの現在の設定と異なります: {0}。一覧を plan/ にアップロードし、新しい計画のレビューを受けてください",
    ),
    (
        "nothing was changed: since the plan was saved, AWS has changed so that it would need more than the plan holds, or something else, for {0}; make a new plan, and have it reviewed",
        "何も変更していません。計画を保存したあとに AWS の状態が変わり、計画にない処理が必要になりました ({0})。計画を作り直し、レビューを受けてください",
    ),
    (
        "the behavior graph in {0}: was: {1}; is: {2}; the plan: {3}; needed now: {4}",
        "動作グラフ ({0}): 以前 {1}、現在 {2}、計画 {3}、いま必要 {4}",
    ),
    (
        "{0} in {1}: was: {2}; is: {3}; the plan: {4}; needed now: {5}",
        "{0} ({1}): 以前 {2}、現在 {3}、計画 {4}、いま必要 {5}",
    ),
];
