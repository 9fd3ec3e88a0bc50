//! Regions that are not touched.

use conformance::{LeftBehind, Mark, StageError, TAG};
use pretty_assertions::assert_eq;

use super::stage::{ADMINISTRATOR, MEMBER, graphs, mark, stage, start, world};

fn with_graph(account: &str, tags: &str) -> String {
    let graph =
        format!("[[graphs]]\nadministrator = '{account}'\nregions = ['eu-west-1']\n{tags}\n");
    world("", "") + "\n" + &graph
}

#[tokio::test(start_paused = true)]
async fn a_region_with_a_graph_of_either_account_is_not_touched() {
    for account in [ADMINISTRATOR, MEMBER] {
        let sandbox = start(&with_graph(account, ""));
        let refused = stage(&sandbox).await.look(Some(&mark())).await;
        match refused {
            Err(StageError::HasGraph { account: whose, .. }) => {
                assert_eq!(whose.to_string(), account);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(graphs(&sandbox), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_graph_of_another_run_is_neither_touched_nor_deleted() {
    let sandbox = start(&with_graph(
        ADMINISTRATOR,
        &format!("tags = {{ {TAG} = 'another' }}"),
    ));
    let stage = stage(&sandbox).await;
    for mark in [None, Some(&mark())] {
        let refused = stage.look(mark).await.unwrap_err().to_string();
        assert!(refused.contains("another"), "{refused}");
    }
    stage.clean_up(&mark()).await.unwrap();
    assert_eq!(graphs(&sandbox), 1);
    let own = Mark {
        run: "another".to_owned(),
        ..mark()
    };
    assert_eq!(stage.look(Some(&own)).await.unwrap(), LeftBehind::Graph);
    stage.clean_up(&own).await.unwrap();
    assert_eq!(graphs(&sandbox), 0);
}
