//! Every word of the page has its Japanese.

use std::collections::BTreeSet;

use fleet::language::Row;

use super::*;

/// The texts that `call("…` is given in a source.
fn said<'a>(source: &'a str, call: &str) -> Vec<&'a str> {
    let calls = source.split(call).skip(1);
    let texts = calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    texts.map(|(text, _)| text).collect()
}

fn has(table: &[Row], english: &str) -> bool {
    table.iter().any(|(it, _)| *it == english)
}

#[test]
fn each_word_of_the_templates_has_japanese() {
    let templates = [
        include_str!("../../templates/head.html"),
        include_str!("../../templates/page.html"),
        include_str!("../../templates/history.html"),
        include_str!("../../templates/totals.html"),
    ];
    let words: Vec<_> = templates
        .iter()
        .flat_map(|it| said(it, "words.say("))
        .collect();
    assert!(words.len() > 30, "{words:?}");
    for word in words {
        assert!(has(japanese::ROWS, word), "no Japanese for {word:?}");
    }
}

/// Text that stands in a template as it is would be English on every page.
#[test]
fn the_templates_have_no_words_of_their_own() {
    for template in [
        include_str!("../../templates/page.html"),
        include_str!("../../templates/history.html"),
        include_str!("../../templates/totals.html"),
    ] {
        let mut text = String::new();
        for piece in template.split(['<', '{']) {
            let (_, after) = piece.rsplit_once(['>', '}']).unwrap_or(("", ""));
            text.push_str(after);
        }
        // The brand, and attributes that go on after a value.
        let words = text.split_whitespace();
        let words = words.filter(|it| *it != "detective-fleet" && !it.contains("=\""));
        let words: Vec<_> = words
            .filter(|it| it.contains(char::is_alphabetic))
            .collect();
        assert!(words.is_empty(), "{words:?}");
    }
}

#[test]
fn each_word_of_the_scripts_has_japanese_and_none_is_left_over() {
    let scripts = [
        include_str!("../../templates/words.js"),
        include_str!("../../templates/clock.js"),
        include_str!("../../templates/copy.js"),
        include_str!("../../templates/data.js"),
        include_str!("../../templates/map.js"),
        include_str!("../../templates/rail.js"),
        include_str!("../../templates/details.js"),
        include_str!("../../templates/filters.js"),
    ]
    .concat();
    let mut words: BTreeSet<_> = said(&scripts, "say(")
        .into_iter()
        .map(str::to_owned)
        .collect();
    // `counted(n, "account")` says `{0} account`.
    let counted = scripts.split("counted(").skip(1);
    let things = counted.filter_map(|rest| rest.split_once(')')?.0.split_once(", \""));
    words.extend(things.map(|(_, thing)| format!("{{0}} {}", thing.trim_end_matches('"'))));
    let table: BTreeSet<_> = SCRIPT
        .iter()
        .map(|(english, _)| (*english).to_owned())
        .collect();
    assert_eq!(words, table);
}

#[test]
fn each_word_is_in_its_table_once_and_fills_what_it_has() {
    for table in [japanese::ROWS, SCRIPT] {
        let words: BTreeSet<_> = table.iter().map(|(english, _)| english).collect();
        assert_eq!(words.len(), table.len());
        for (english, japanese) in table {
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
}

#[test]
fn lengths_of_time_have_the_unit_that_fits() {
    for (length, english, japanese) in [
        (0.04, "0.0 s", "0.0 秒"),
        (4.25, "4.2 s", "4.2 秒"),
        (59.94, "59.9 s", "59.9 秒"),
        (60.0, "1 min 0 s", "1 分 0 秒"),
        (125.4, "2 min 5 s", "2 分 5 秒"),
        (7265.0, "2 h 1 min", "2 時間 1 分"),
    ] {
        assert_eq!(seconds(of(Language::English), length), english);
        assert_eq!(seconds(of(Language::Japanese), length), japanese);
    }
}
