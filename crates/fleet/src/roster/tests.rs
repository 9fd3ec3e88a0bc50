use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Roster, RosterError> {
    Roster::parse(text.as_bytes(), None)
}

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

/// `line id email` of each account, in the order of the file.
fn accounts(roster: &Roster) -> Vec<String> {
    let members = roster.in_file_order().into_iter();
    members
        .map(|(id, member)| format!("{} {id} {}", member.line, member.email.expose()))
        .collect()
}

fn bad_lines(text: &str) -> Vec<String> {
    let invalid = match parse(text) {
        Ok(roster) => roster.invalid,
        Err(error) => error.invalid_lines().to_vec(),
    };
    invalid.iter().map(ToString::to_string).collect()
}

#[test]
fn a_plain_file_is_read_in_its_order() {
    let roster = parse("222222222222,b@example.com\n011111111111,a@example.com\n").unwrap();
    assert_eq!(
        accounts(&roster),
        [
            "1 222222222222 b@example.com",
            "2 011111111111 a@example.com"
        ]
    );
    assert_eq!((roster.invalid, roster.notes), (vec![], vec![]));
}

#[test]
fn line_numbers_are_those_of_an_editor() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = [
            "\u{feff}\u{feff}# ours",
            "",
            "Account ID,Email address",
            "111111111111,a@example.com",
            "x",
        ];
        let text = lines.join(end);
        assert_eq!(
            accounts(&parse(&text).unwrap()),
            ["4 111111111111 a@example.com"]
        );
        assert_eq!(
            bad_lines(&text),
            ["line 5: \"x\" is not an account id; write its 12 digits and nothing else"]
        );
    }
}

#[test]
fn what_the_console_exports_is_read() {
    let text = "\u{feff}\"Account ID\",\"Name\",\"Type\",\"Email address\",\"Status\"\r\n\
                \"111111111111\",\"Acme, Inc\",\"By invitation\",\"a@example.com\",\"Enabled\"\r\n";
    assert_eq!(
        accounts(&parse(text).unwrap()),
        ["2 111111111111 a@example.com"]
    );
}

#[test]
fn semicolons_and_tabs_separate_too() {
    let text = "sep=;\nKonto;E-Mail\n111111111111;a@example.com;\n222222222222\tb@example.com\n";
    assert_eq!(
        accounts(&parse(text).unwrap()),
        [
            "3 111111111111 a@example.com",
            "4 222222222222 b@example.com"
        ]
    );
}

#[test]
fn the_same_account_with_the_same_email_is_merged_with_a_note() {
    let text = "222222222222,b@example.com\n111111111111,a@example.com\n222222222222,b@example.com\n\
                111111111111,A@Example.com\n";
    let roster = parse(text).unwrap();
    assert_eq!(
        accounts(&roster),
        [
            "1 222222222222 b@example.com",
            "2 111111111111 a@example.com"
        ]
    );
    assert_eq!(
        roster.notes,
        [
            "line 3: account 222222222222 stands in line 1 already, with the same e-mail address; merged",
            "line 4: account 111111111111 stands in line 2 already, with the same e-mail address; merged"
        ]
    );
    assert_eq!(roster.invalid, []);
}

#[test]
fn what_one_of_the_same_lines_says_of_the_account_is_kept() {
    let text = "account id,email,name,owner,expected\n111111111111,a@example.com,,,eu-south-1\n\
                111111111111,a@example.com,billing,finance,us-west-2\n";
    let roster = parse(text).unwrap();
    let member = &roster.members[&id("111111111111")];
    assert_eq!(member.name.as_deref(), Some("billing"));
    assert_eq!(member.owner.as_deref(), Some("finance"));
    let expected: Vec<_> = member.expected.iter().map(ToString::to_string).collect();
    assert_eq!(
        expected,
        ["111111111111/eu-south-1", "111111111111/us-west-2"]
    );
}

#[test]
fn the_same_account_with_another_email_puts_both_lines_in_doubt() {
    let text = "111111111111,a@example.com\n222222222222,b@example.com\n\
                111111111111,c@example.com\n111111111111,a@example.com\n";
    assert_eq!(
        accounts(&parse(text).unwrap()),
        ["2 222222222222 b@example.com"]
    );
    let complaint = |line, other| {
        format!(
            "line {line}: account 111111111111 stands in line {other} with another e-mail address, \
             and nothing is done about the account until one of the two lines is removed"
        )
    };
    assert_eq!(
        bad_lines(text),
        [complaint(1, 3), complaint(3, 1), complaint(4, 3)]
    );
}

#[test]
fn the_administrator_is_a_bad_line_whenever_it_becomes_known() {
    let text = b"111111111111,a@example.com\n555555555555,s@example.com\n";
    let early = Roster::parse(text, Some(id("555555555555"))).unwrap();
    let mut late = Roster::parse(text, None).unwrap();
    late.exclude_administrator(id("555555555555")).unwrap();
    assert_eq!(early, late);
    assert_eq!(accounts(&early), ["1 111111111111 a@example.com"]);
    assert_eq!(early.invalid[0].line, 2);
    assert!(
        early.invalid[0]
            .reason
            .contains("555555555555 is the administrator itself")
    );

    let error = late.exclude_administrator(id("111111111111")).unwrap_err();
    assert_eq!(error.invalid_lines().len(), 2);
}

#[test]
fn an_open_quote_costs_its_own_line_only() {
    let text =
        "\"111111111111,a@example.com\n222222222222,b@example.com\n333333333333,\"c@example.com\n";
    assert_eq!(
        accounts(&parse(text).unwrap()),
        ["2 222222222222 b@example.com"]
    );
    let lines = bad_lines(text);
    assert!(
        lines[0].starts_with("line 1: a quote is opened and not closed"),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("line 3: a quote is opened and not closed"),
        "{lines:?}"
    );
}

#[test]
fn only_the_first_line_can_be_a_header() {
    assert_eq!(bad_lines("Account,Email\nAccount,Email\n").len(), 1);
    assert_eq!(
        bad_lines("111111111111,a@example.com\nAccount,Email\n").len(),
        1
    );
    assert_eq!(bad_lines("abc,a@example.com\n").len(), 1);
}

#[test]
fn a_long_line_is_bad_and_a_long_comment_is_not() {
    let long = "x".repeat(MAX_LINE_CHARS);
    let text = format!("#{long}\n111111111111,a@example.com,{long}\n222222222222,b@example.com\n");
    assert_eq!(
        accounts(&parse(&text).unwrap()),
        ["3 222222222222 b@example.com"]
    );
    assert!(bad_lines(&text)[0].starts_with("line 2: the line has more than 4096 characters"));
}

#[test]
fn a_stray_nul_costs_its_own_line_only() {
    let text = "11111111111\0,a@example.com\n222222222222,b@example.com\n";
    assert_eq!(
        accounts(&parse(text).unwrap()),
        ["2 222222222222 b@example.com"]
    );
    assert!(bad_lines(text)[0].contains("NUL byte"));
}

#[test]
fn letters_of_an_old_encoding_matter_in_the_two_columns_only() {
    let text = b"# f\xfcr uns, und noch viel mehr Worte\n111111111111,a@example.com,M\xfcller\n222222222222,m\xfc@example.com\n";
    let roster = Roster::parse(text, None).unwrap();
    assert_eq!(accounts(&roster), ["2 111111111111 a@example.com"]);
    assert!(roster.invalid.iter().all(|it| it.line == 3));
    assert!(roster.invalid[0].reason.contains("save the file as UTF-8"));
}

#[test]
fn a_file_without_a_good_line_lists_its_bad_ones() {
    assert_eq!(parse("# nobody\n\n"), Err(RosterError::NoGoodLine(vec![])));
    assert_eq!(parse("\u{feff}"), Err(RosterError::NoGoodLine(vec![])));
    let error = parse("1,a@example.com\nx\n").unwrap_err();
    assert_eq!(error.invalid_lines().len(), 2);
    assert!(
        error
            .to_string()
            .starts_with("no line of the file names a usable account")
    );
}

#[test]
fn a_file_of_too_many_lines_is_refused() {
    let file = |lines| "\n".repeat(lines - 1) + "111111111111,a@example.com";
    assert!(parse(&file(MAX_LINES)).is_ok());
    assert_eq!(parse(&file(MAX_LINES + 1)), Err(RosterError::TooManyLines));
}

#[test]
fn a_selection_names_accounts_of_the_file() {
    let roster = parse(
        "111111111111,a@example.com\n222222222222,b@example.com\n333333333333,c@example.com\n",
    );
    let roster = roster.unwrap();
    let select = |only: &[&str], except: &[&str]| {
        let ids = |ids: &[&str]| ids.iter().map(|i| i.parse().unwrap()).collect::<Vec<Who>>();
        let mut selected = roster.clone();
        let left_out = selected.select(&ids(only), &ids(except))?;
        Ok((selected.members.len(), left_out.len()))
    };
    assert_eq!(select(&[], &[]), Ok((3, 0)));
    assert_eq!(select(&["111111111111"], &[]), Ok((1, 2)));
    assert_eq!(select(&[], &["111111111111"]), Ok((2, 1)));
    assert_eq!(
        select(&["111111111111"], &["111111111111"]),
        Err(SelectionError::Nothing)
    );
    let error = select(&["444444444444"], &["005555555555"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not among the usable accounts of the file: 444444444444, 005555555555"
    );
}

#[test]
fn the_sample_scripts_fixtures_are_read_alike() {
    // Blanks in and around fields, a short id, an empty line and junk, as in the tests of AWS's
    // sample scripts, which read six accounts of it.
    let text = "123456789012,random@gmail.com\n 000012345678 , email@gmail.com \n\n555555555555,test5@gmail.com\n\
                111111111111,test1@gmail.com\n\t222222222222,test2@gmail.com\n333333333333,test3@gmail.com\n\
                12345,short@gmail.com\njunk\n";
    let roster = parse(text).unwrap();
    assert_eq!((roster.members.len(), roster.invalid.len()), (6, 2));
}

#[test]
fn the_example_of_the_repository_has_80_accounts() {
    let roster = Roster::parse(include_bytes!("../../../../examples/accounts.csv"), None).unwrap();
    assert_eq!(roster.members.len(), 80);
    assert_eq!((roster.invalid, roster.notes), (vec![], vec![]));
}

#[test]
fn nothing_that_is_printed_shows_an_address() {
    let text = "111111111111,secret@example.com\n111111111111,secret2@example.com\nsecret3@example.com,222222222222\n\
                3,secret4@example.com\n444444444444,secret5@example\n555555555555,secret6@example.com\n\
                555555555555,secret6@example.com\n\"secret7@example.com\nsecret8@example.com secret9";
    let roster = parse(text).unwrap();
    let printed = format!("{roster:?} {:?} {:?}", roster.invalid, roster.notes);
    assert!(!printed.contains("secret"), "{printed}");
}

/// What people, spreadsheets and accidents put into a field.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9]{12}",
        4 => "[a-z]{1,3}@(example|test)\\.(com|org)",
        1 => "[1-3]{2}1111111111",
        1 => Just("111111111111".to_owned()),
        1 => "[0-9]{0,14}",
        1 => Just("1.23457E+11".to_owned()),
        1 => Just("Account ID".to_owned()),
        1 => Just("Email address".to_owned()),
        1 => "[ \"#'=\u{feff}\u{a0}\0-]{0,3}",
        1 => "\\PC{0,12}",
    ]
}

fn file() -> impl Strategy<Value = String> {
    let line = (prop::collection::vec(field(), 0..4), "[,;\t]", "\n|\r\n|\r");
    let line = line.prop_map(|(fields, separator, end)| fields.join(&separator) + &end);
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

/// The line numbers that the roster accounts for, each once.
fn accounted(roster: &Roster) -> Vec<u64> {
    let noted = roster.notes.iter().filter_map(|note| {
        let number = note.strip_prefix("line ").and_then(|n| n.split_once(':'));
        number.map(|(number, _)| number.parse::<u64>().unwrap())
    });
    let mut lines: Vec<u64> = roster.members.values().map(|member| member.line).collect();
    lines.extend(roster.invalid.iter().map(|bad| bad.line));
    lines.extend(noted);
    lines.sort_unstable();
    lines
}

fn without_lines(roster: &Roster) -> Vec<(AccountId, String)> {
    let members = roster.in_file_order().into_iter();
    members
        .map(|(id, member)| (id, member.email.expose().to_owned()))
        .collect()
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Roster::parse(&bytes, None);
    }

    #[test]
    fn no_text_panics(text in file(), administrator in "[1-3]{2}1111111111") {
        let _ = Roster::parse(text.as_bytes(), Some(id(&administrator)));
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let _ = Roster::parse(&wide, None);
    }

    /// Every line is an account, a diagnostic, a note on a duplicate, or one that the rules pass over.
    #[test]
    fn no_line_gets_lost(text in file()) {
        let roster = match Roster::parse(text.as_bytes(), None) {
            Ok(roster) => roster,
            Err(RosterError::NoGoodLine(invalid)) => Roster { invalid, ..Roster::default() },
            Err(_) => return Ok(()),
        };
        prop_assume!(!document::is_document(text.trim_start_matches('\u{feff}')));
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        let mut expected: Vec<u64> = (1..)
            .zip(text.split('\n'))
            .filter(|(_, line)| !line::is_ignored(line))
            .map(|(number, _)| number)
            .collect();
        let found = accounted(&roster);
        if expected.first() != found.first() {
            let header = expected.remove(0);
            let header = text.split('\n').nth(usize::try_from(header)? - 1).unwrap();
            prop_assert!(!header.contains('@'), "{header}");
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_roster(text in file()) {
        if let Ok(roster) = Roster::parse(text.as_bytes(), None) {
            let again = Roster::parse(roster.to_csv().as_bytes(), None).unwrap();
            prop_assert_eq!(without_lines(&again), without_lines(&roster));
            prop_assert_eq!(again.invalid, vec![]);
        }
    }

    #[test]
    fn any_address_that_the_service_takes_survives_printing(
        names in prop::collection::btree_map("[0-9]{12}", "[!-~]{0,20}[!-~é]", 1..9)
    ) {
        let entries = names.iter().map(|(id, name)| (id.parse().unwrap(), format!("{name}@x.example")));
        let members = entries.zip(1..).filter_map(|((id, email), line)| {
            let email = complaint::email(&email).ok()?;
            Some((id, Member::new(email, line)))
        });
        let roster = Roster { members: members.collect(), ..Roster::default() };
        prop_assume!(!roster.members.is_empty());
        let again = Roster::parse(roster.to_csv().as_bytes(), None).unwrap();
        prop_assert_eq!(without_lines(&again), without_lines(&roster));
    }
}

#[test]
fn a_header_with_full_width_commas_names_its_columns_all_the_same() {
    let right = "アカウントID，メールアドレス\n111122223333,a@example.com\n";
    assert_eq!(
        accounts(&parse(right).unwrap()),
        ["2 111122223333 a@example.com"]
    );
    for separator in ["，", "、", "；"] {
        let text = format!("メール{separator}ID\n111122223333{separator}a@example.com\n");
        let bad = bad_lines(&text);
        assert!(bad[0].contains("full-width comma"), "{bad:?}");
    }
}

#[test]
fn every_other_column_of_addresses_is_named_where_there_is_no_header() {
    let notes = |text: &str| parse(text).unwrap().notes;
    let line = "111122223333,a@example.com,n,o";
    assert_eq!(notes(line), Vec::<String>::new());
    for (more, columns) in [
        (",b@example.com", "5"),
        (",b@example.com,c@example.com", "5 and 6"),
    ] {
        let note = &notes(&format!("{line}{more}"))[0];
        assert!(
            note.contains(&format!("others are in column {columns} (")),
            "{note}"
        );
    }
}
