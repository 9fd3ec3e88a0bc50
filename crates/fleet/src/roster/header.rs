//! Which column holds what: by the names that spreadsheets, AWS and its tools give them, and by what
//! stands in them where no name says it.

use super::RosterError;
use super::complaint::FULL_WIDTH_SEPARATORS;
use crate::account::{AccountId, Email};

/// Which fields of a line hold what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) id: usize,
    pub(super) email: usize,
    pub(super) name: Option<usize>,
    pub(super) owner: Option<usize>,
    pub(super) expected: Option<usize>,
    /// Whether the account is open; Organizations writes two of them.
    pub(super) status: Vec<usize>,
}

/// Names of the id's column. `Account` and `ID` alone may be a name and a row number where another
/// column says more, so that what comes first goes first.
const IDS: [&str; 16] = [
    "accountid",
    "アカウントid",
    "アカウント番号",
    "账户id",
    "账号id",
    "帐户id",
    "帳戶id",
    "계정id",
    "accountnumber",
    "accountno",
    "account",
    "アカウント",
    "id",
    "账户",
    "账号",
    "番号",
];

/// What the name of an e-mail column has in it.
const EMAIL: [&str; 10] = [
    "mail",
    "メール",
    "ﾒｰﾙ",
    "邮箱",
    "邮件",
    "郵件",
    "信箱",
    "이메일",
    "courriel",
    "correo",
];

/// What says that it is the root user's.
const ROOT: [&str; 3] = ["root", "ルート", "根"];

/// What else such a name consists of where it is simply the account's address.
const PLAIN: [&str; 12] = [
    "aws",
    "account",
    "email",
    "mail",
    "address",
    "アカウント",
    "eメール",
    "メール",
    "電子",
    "アドレス",
    "の",
    "e",
];

const NAMES: [&str; 14] = [
    "accountname",
    "アカウント名",
    "アカウント名称",
    "账户名称",
    "账户名",
    "帳戶名稱",
    "name",
    "名前",
    "名称",
    "alias",
    "accountalias",
    "displayname",
    "account",
    "アカウント",
];

const OWNERS: [&str; 11] = [
    "owner",
    "accountowner",
    "ownername",
    "owneremail",
    "所有者",
    "担当者",
    "担当",
    "責任者",
    "オーナー",
    "负责人",
    "contact",
];

const STATUSES: [&str; 7] = [
    "status",
    "state",
    "accountstatus",
    "accountstate",
    "ステータス",
    "状態",
    "状态",
];

/// The words of accounts that are closed or about to be: those of Organizations, of its console, and
/// of those who translate it.
const CLOSED: [&str; 7] = [
    "suspended",
    "closed",
    "pendingclosure",
    "閉鎖",
    "閉鎖済み",
    "停止",
    "停止中",
];

impl Columns {
    /// Without a header: account id, e-mail address, name, owner.
    pub(super) fn by_place() -> Self {
        Self {
            id: 0,
            email: 1,
            name: Some(2),
            owner: Some(3),
            expected: None,
            status: Vec::new(),
        }
    }

    /// As the header says, and, where it does not, as the rows under it look. What is worth knowing
    /// about the choice comes with it.
    pub(super) fn named(
        header: &[String],
        rows: &[Vec<String>],
    ) -> Result<(Self, Option<String>), RosterError> {
        // The names are told in a header like that, too; the lines under it may be right.
        let header = match header {
            [all] if all.contains(FULL_WIDTH_SEPARATORS) => {
                let names = all.split(FULL_WIDTH_SEPARATORS).map(str::to_owned);
                &names.collect::<Vec<_>>()
            }
            _ => header,
        };
        let names: Vec<String> = header.iter().map(|field| plain(field)).collect();
        let one_of = |known: &[&str]| {
            let mut known = known.iter();
            known.find_map(|known| names.iter().position(|name| without_prefix(name) == *known))
        };
        let id = one_of(&IDS).unwrap_or_else(|| like_an_id(header.len(), rows));
        let (email, note) = email(header, &names, rows, id)?;
        let free = |column: &usize| *column != id && *column != email;
        let columns = Self {
            id,
            email,
            name: NAMES.iter().find_map(|name| one_of(&[name]).filter(free)),
            owner: OWNERS.iter().find_map(|name| one_of(&[name]).filter(free)),
            expected: one_of(&["expected", "exceptions", "例外"]),
            status: (0..names.len())
                .filter(|it| STATUSES.contains(&without_prefix(&names[*it])))
                .collect(),
        };
        Ok((columns, note))
    }
}

/// Whether the first line of a table is a header.
///
/// A header has no `@` in it, and no digit in the first two columns unless it names its columns: the
/// consoles of Detective and of Organizations write `Account ID,Email address` with
/// other columns before, between and after them.
pub(super) fn is_header(fields: &[String]) -> bool {
    if fields.iter().any(|field| field.contains('@')) {
        return false;
    }
    let mut names = fields.iter().map(|field| plain(field));
    let has_id = names.clone().any(|it| IDS.contains(&without_prefix(&it)));
    let is_word = |field: &String| !field.contains(char::is_numeric);
    let has_letters = |field: &String| field.contains(char::is_alphabetic);
    (has_id && names.any(|name| is_email(&name)))
        || (fields.first().is_some_and(has_letters) && fields.iter().take(2).all(is_word))
}

/// Whether a field of such a name tells an account from other things.
pub(super) fn is_id(name: &str) -> bool {
    IDS.contains(&without_prefix(&plain(name)))
}

/// Whether a field of such a name holds an e-mail address.
pub(super) fn is_email(name: &str) -> bool {
    let name = plain(name);
    EMAIL.iter().any(|word| name.contains(word))
}

/// Whether the account is closed or about to be, going by a field of its status.
pub(super) fn is_closed(status: &str) -> bool {
    CLOSED.contains(&plain(status).as_str())
}

/// The column of the root user's address, with a note where another one could be.
fn email(
    header: &[String],
    names: &[String],
    rows: &[Vec<String>],
    id: usize,
) -> Result<(usize, Option<String>), RosterError> {
    let value = |row: usize, column: usize| rows[row].get(column).map_or("", String::as_str);
    let has_addresses =
        |column: &usize| (0..rows.len()).any(|row| value(row, *column).contains('@'));
    let named: Vec<usize> = (0..names.len())
        .filter(|it| is_email(&names[*it]))
        .collect();
    let mut candidates = match named.is_empty() {
        true => {
            let is_other = |it: &usize| [&NAMES[..], &OWNERS].concat().contains(&&*names[*it]);
            let unnamed = (0..names.len()).filter(|it| !is_other(it));
            unnamed.filter(has_addresses).collect()
        }
        false => named,
    };
    if candidates.iter().any(has_addresses) {
        candidates.retain(has_addresses);
    }
    let Some(first) = candidates.first().copied() else {
        return Ok((usize::from(id == 0), None));
    };
    let differs = |column: &usize| {
        (0..rows.len()).any(|row| !value(row, *column).eq_ignore_ascii_case(value(row, first)))
    };
    if !candidates.iter().any(differs) {
        return Ok((first, None));
    }
    let shown = |column: usize| format!("\"{}\"", Email::mask_in(&header[column]));
    let is_roots = |it: &usize| ROOT.iter().any(|word| names[*it].contains(word));
    let is_plain = |it: &usize| is_plain_email(&names[*it]);
    match only(&candidates, is_roots).or_else(|| only(&candidates, is_plain)) {
        Some(chosen) => {
            let others = candidates.iter().filter(|it| **it != chosen);
            let others: Vec<_> = others.map(|it| shown(*it)).collect();
            let note = format!(
                "the root users' e-mail addresses are taken from the column {}; others are in {}",
                shown(chosen),
                others.join(" and ")
            );
            Ok((chosen, Some(note)))
        }
        None => {
            let all = candidates.into_iter().map(shown).collect();
            Err(RosterError::SeveralEmails(all))
        }
    }
}

/// The one that is so, where it is one.
fn only(columns: &[usize], is_so: impl Fn(&usize) -> bool) -> Option<usize> {
    let mut so = columns.iter().filter(|column| is_so(column));
    so.next().copied().filter(|_| so.next().is_none())
}

/// Whether a name says e-mail address and nothing of whose.
fn is_plain_email(name: &str) -> bool {
    let mut rest = name.to_owned();
    for word in PLAIN {
        rest = rest.replace(word, "");
    }
    rest.is_empty()
}

/// The column with the most account ids in it; the first where there is none.
fn like_an_id(columns: usize, rows: &[Vec<String>]) -> usize {
    let ids = |column: &usize| {
        let fields = rows.iter().filter_map(|row| row.get(*column));
        let ids = fields.filter(|field| field.parse::<AccountId>().is_ok());
        ids.count()
    };
    (0..columns).rev().max_by_key(ids).unwrap_or_default()
}

/// Letters and digits only, in lower case and of ordinary width.
fn plain(field: &str) -> String {
    const WIDE: std::ops::RangeInclusive<char> = '\u{ff01}'..='\u{ff5e}';
    let narrow = |c: char| match WIDE.contains(&c) {
        true => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        false => c,
    };
    let letters = field.chars().map(narrow).filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn without_prefix(name: &str) -> &str {
    let name = name.strip_prefix("aws").unwrap_or(name);
    name.strip_prefix("member").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect());
        (lines.next().unwrap_or_default(), lines.collect())
    }

    fn columns(text: &str) -> (usize, usize, Option<usize>, Option<usize>) {
        let (header, rows) = table(text);
        assert!(is_header(&header), "{text}");
        let (columns, _) = Columns::named(&header, &rows).unwrap();
        (columns.id, columns.email, columns.name, columns.owner)
    }

    #[test]
    fn a_header_names_its_columns_in_any_order() {
        assert_eq!(columns("Account ID,Email address"), (0, 1, None, None));
        assert_eq!(
            columns("AWS account,Root e-mail,Status"),
            (0, 1, None, None)
        );
        assert_eq!(
            columns("Account ID,ARN,Email,Account Name,Status"),
            (0, 2, Some(3), None)
        );
        assert_eq!(
            columns("E-Mail,Name,Account ID,Volume (30 days)"),
            (2, 0, Some(1), None)
        );
        assert_eq!(
            columns("ID,Account,AWS Account ID,Email"),
            (2, 3, Some(1), None)
        );
        assert_eq!(
            columns("Ｅｍａｉｌ,Ａｃｃｏｕｎｔ ＩＤ"),
            (1, 0, None, None)
        );
        assert_eq!(
            columns("担当者,アカウント名,メールアドレス,アカウントID"),
            (3, 2, Some(1), Some(0))
        );
    }

    #[test]
    fn where_names_do_not_tell_the_rows_do() {
        assert_eq!(columns("Konto,Adresse"), (0, 1, None, None));
        assert_eq!(
            columns("Konto,Adresse,2026\n111111111111,a@b.example,x"),
            (0, 1, None, None)
        );
        assert_eq!(
            columns("Was,Konto,Adresse\nx,111111111111,a@b.example"),
            (1, 2, None, None)
        );
    }

    #[test]
    fn what_is_no_header() {
        for line in [
            "111111111111,a@example.com",
            "x,a@example.com",
            "12345,Email",
            "-,-",
            "a1,b",
            "a,b,c@d",
        ] {
            assert!(!is_header(&table(line).0), "{line}");
        }
    }

    #[test]
    fn an_address_is_chosen_where_one_name_says_so() {
        let chosen = |header: &str| {
            let (header, rows) = table(&format!("{header}\n111111111111,a@x.example,b@x.example"));
            let chosen = Columns::named(&header, &rows);
            chosen
                .map(|(columns, note)| (columns.email, note.is_some()))
                .ok()
        };
        assert_eq!(chosen("id,OwnerEmail,RootEmail"), Some((2, true)));
        assert_eq!(chosen("id,Email,Owner e-mail"), Some((1, true)));
        assert_eq!(chosen("id,担当者メール,メールアドレス"), Some((2, true)));
        assert_eq!(chosen("id,OwnerEmail,Contact email"), None);
        assert_eq!(chosen("id,Email,E-Mail"), None);
        assert_eq!(chosen("id,what,ever"), None);
    }

    #[test]
    fn whose_addresses_are_passed_over_is_said() {
        let (header, rows) = table(
            "id,OwnerEmail,RootEmail,TeamEmail\n111111111111,a@x.example,b@x.example,c@x.example",
        );
        let (_, note) = Columns::named(&header, &rows).unwrap();
        assert_eq!(
            note.unwrap(),
            "the root users' e-mail addresses are taken from the column \"RootEmail\"; others are in \"OwnerEmail\" and \"TeamEmail\""
        );
    }

    #[test]
    fn closed_accounts_have_a_word_for_it() {
        for word in [
            "SUSPENDED",
            "Closed",
            "PENDING_CLOSURE",
            "Pending closure",
            "閉鎖",
        ] {
            assert!(is_closed(word), "{word}");
        }
        for word in ["ACTIVE", "Enabled", "", "PENDING_ACTIVATION"] {
            assert!(!is_closed(word), "{word}");
        }
    }
}
