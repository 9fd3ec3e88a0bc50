//! What is written about worlds is true of them.

use std::path::Path;

use sandbox::World;

fn read(path: &str) -> String {
    std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(path),
    )
    .unwrap()
}

#[test]
fn worlds_in_the_documents_can_be_started() {
    let document = read("docs/sandbox.md");
    let blocks: Vec<&str> = document
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        World::from_toml(block).unwrap();
    }
    World::from_toml(&read("examples/troubled.toml")).unwrap();
}

#[test]
fn every_setting_is_documented() {
    let document = read("docs/sandbox.md");
    for table in [
        "",
        "[accounts.111111111111]",
        "[[faults]]\neffect = 'silence'",
        "[[throttles]]",
        "[unverified]",
    ] {
        for name in settings(table) {
            let told =
                document.contains(&format!("`{name}`")) || document.contains(&format!("[{name}"));
            assert!(told, "`{name}` of {table} is not in docs/sandbox.md");
        }
    }
}

/// The settings of a table, as the refusal of one that it does not have lists them.
fn settings(table: &str) -> Vec<String> {
    let error = World::from_toml(&format!("{table}\nno_such_setting = 1"))
        .unwrap_err()
        .to_string();
    let list = error.split_once("expected one of ").unwrap().1;
    list.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
