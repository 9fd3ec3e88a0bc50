//! Every word of a message has its Japanese.

use std::collections::BTreeSet;

use super::*;

/// The texts after `before` in a source.
fn said<'a>(source: &'a str, before: &str) -> Vec<&'a str> {
    let places = source.split(before).skip(1);
    let texts = places.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    texts.map(|(text, _)| text).collect()
}

#[test]
fn each_word_of_messages_has_japanese_and_none_is_left_over() {
    let sources = [
        include_str!("../words.rs"),
        include_str!("../../message.rs"),
        include_str!("../../question.rs"),
    ]
    .concat();
    let table: BTreeSet<_> = japanese::ROWS.iter().map(|(english, _)| *english).collect();
    assert_eq!(table.len(), japanese::ROWS.len());
    for before in [
        "words.fill(",
        "words.say(",
        ": &str =",
        "=> \"\"",
        "Some(words.fill(",
    ] {
        for word in said(&sources, before) {
            assert!(table.contains(word), "no Japanese for {word:?}");
        }
    }
    for word in table.iter().filter(|it| !is_counted(it)) {
        let quoted = format!("\"{word}\"");
        assert!(sources.contains(&quoted), "nobody says {word:?}");
    }
}

/// What `counted` asks for.
fn is_counted(word: &str) -> bool {
    ["account", "membership", "account-Region", "behavior graph"]
        .iter()
        .any(|thing| word == format!("{{0}} {thing}"))
}

#[test]
fn each_word_fills_what_it_has() {
    for (english, japanese) in japanese::ROWS {
        for place in 0..4 {
            let name = format!("{{{place}}}");
            assert_eq!(
                english.contains(&name),
                japanese.contains(&name),
                "{english}"
            );
        }
    }
}
