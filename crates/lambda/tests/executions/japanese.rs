//! The AWS form in Japanese: the mail and the page, and nothing of what programs read.

use crate::stage::{LIST, REGIONS, Stage, created};

#[tokio::test(start_paused = true)]
async fn the_mail_and_the_page_are_in_japanese_and_the_subject_and_the_json_are_not() {
    let stage = Stage::new();
    stage.set("LANGUAGE", "ja");
    let execution = stage.upload_all().await;
    let (subject, message) = execution.told[0].clone();
    assert_eq!(subject, "[OK] enable: All 3 accounts are on everywhere");
    let first = "【正常】enable: 3 アカウントすべてが、全リージョンで有効です\n";
    assert!(message.starts_with(first), "{message}");
    assert!(
        message.contains("6 件のメンバーシップ: 有効 6、変更 6。"),
        "{message}"
    );
    let page = format!("runs/{}/report.html", execution.name);
    let page = String::from_utf8(stage.get(&page).await.unwrap()).unwrap();
    assert!(page.contains("<html lang=\"ja\">"), "{page}");
    let report = stage.report(&execution).await;
    assert_eq!(report["regions"][0]["changes"][0], "graph created");

    stage.delete_graph(REGIONS[1]).await;
    let execution = stage.drift().await;
    let (subject, message) = execution.told[0].clone();
    let english = format!("[ACTION] drift: behavior graph deleted in {}", REGIONS[1]);
    assert_eq!(subject, english);
    let first = format!("【要対応】drift: {}: 動作グラフが削除された\n", REGIONS[1]);
    assert!(message.starts_with(&first), "{message}");
    assert!(message.contains(LIST), "{message}");
}

#[tokio::test(start_paused = true)]
async fn who_is_asked_to_approve_is_asked_in_japanese() {
    let stage = Stage::of("size = 5");
    assert_eq!(stage.upload_all().await.error, None);
    stage.set("LANGUAGE", "ja").set("PRUNE", "true");
    stage.set("APPROVE_REMOVALS", "true");
    stage
        .set("HAS_APPROVERS", "true")
        .set("APPROVAL_HOURS", "1");
    let shorter = stage.csv(&stage.members()[..3]);
    let event = created(LIST, &stage.put(LIST, shorter).await);
    let execution = stage.start(event).await;
    let [(subject, question), (_, told)] = &execution.told[..] else {
        panic!("{execution:?}");
    };
    let english = "[ACTION] approval needed: enable would remove 2 accounts";
    assert_eq!(subject, english);
    let first = "【要対応】承認が必要です: enable により 2 アカウントが外されます\n\n";
    assert!(question.starts_with(first), "{question}");
    for words in [
        "この実行は 2 アカウント (4 件のメンバーシップ) を外します。",
        " UTC まで承認を待ちます。",
        "外されるアカウント:\n",
        "  aws s3api put-object --bucket ",
    ] {
        assert!(question.contains(words), "{words}: {question}");
    }
    let nobody = "2 アカウントの削除が 1 時間以内に承認されなかったため、何も変更していません。";
    assert!(told.contains(nobody), "{told}");
}
