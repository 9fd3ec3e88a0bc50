//! What is wrong with lines of a list, and what is worth knowing about a list (`crates/fleet/src/roster/`).

use super::super::Row;

pub(super) const ROWS: &[Row] = &[
    ("line {#0}: {1}", "{0} 行目: {1}"),
    // roster.rs: files that are no list
    (
        "the file is empty; write one line per account: account id,root e-mail",
        "ファイルが空です。1 行に 1 アカウントずつ、「アカウント ID,ルートユーザーの E メールアドレス」の形で書いてください",
    ),
    (
        "the file is larger than 5 MiB; is it the list of accounts?",
        "ファイルが 5 MiB を超えています。アカウントの一覧かどうかを確認してください",
    ),
    (
        "the file has more than {#0} lines; is it the list of accounts?",
        "ファイルが {0} 行を超えています。アカウントの一覧かどうかを確認してください",
    ),
    (
        "the file is {0}; save the list as CSV (UTF-8)",
        "このファイルは{0}です。一覧を CSV (UTF-8) で保存してください",
    ),
    (
        "a spreadsheet or zip file",
        "スプレッドシートまたは zip ファイル",
    ),
    ("a compressed file", "圧縮ファイル"),
    ("a PDF", " PDF "),
    (
        "a binary file, or text in an encoding that is not known here",
        "バイナリファイル、または対応していない文字コードのテキスト",
    ),
    (
        "the file looks like {0}, but cannot be read from line {#1} on ({2}); write it again, as a whole, with an `Id` and an `Email` for each account, as in the output of `aws organizations list-accounts`",
        "{0} のファイルですが、{1} 行目から読み取れません ({2})。`aws organizations list-accounts` の出力のように、アカウントごとに Id と Email を入れて、全体を書き直してください",
    ),
    (
        "the file is {0}, and there is no account in it; an account has an `Id` (or `AccountId`) and an `Email` (or `RootEmail`), as in the output of `aws organizations list-accounts`",
        "{0} のファイルにアカウントがありません。アカウントには、`aws organizations list-accounts` の出力のように、Id (または AccountId) と Email (または RootEmail) が必要です",
    ),
    (
        "the columns {0} hold different e-mail addresses, and nothing says which are those of the root users; name that column `Root e-mail`, or remove the others",
        "列 {0} に異なる E メールアドレスがあり、どれがルートユーザーのものか分かりません。その列の見出しを Root e-mail とするか、ほかの列を削除してください",
    ),
    (
        "no line of the file names a usable account; write lines of: account id,root e-mail",
        "使えるアカウントの行がありません。「アカウント ID,ルートユーザーの E メールアドレス」の形で書いてください",
    ),
    // roster.rs: notes
    (
        "the file is not UTF-8 and was read as {0}; where names look wrong, save it as UTF-8",
        "ファイルが UTF-8 ではないため、{0} として読み取りました。名前が正しく表示されない場合は、UTF-8 で保存してください",
    ),
    (
        "the root users' e-mail addresses are taken from column {#0}; others are in column {1} (a header names the columns)",
        "ルートユーザーの E メールアドレスは {0} 列目から読み取りました。{1} 列目には別のアドレスがあります (見出し行で列を指定できます)",
    ),
    (
        "the root users' e-mail addresses are taken from the column {0}; others are in {1}",
        "ルートユーザーの E メールアドレスは {0} の列から読み取りました。{1} には別のアドレスがあります",
    ),
    (
        "account {0} is {1} and left out",
        "アカウント {0} は {1} のため、対象外としました",
    ),
    (
        "account {0} stands in line {1} already, with the same e-mail address; merged",
        "アカウント {0} は、同じ E メールアドレスで {1} 行目にもあるため、1 つにまとめました",
    ),
    // roster.rs: bad lines
    (
        "the account id or the e-mail address has letters that read differently as {0} and as {1}; save the file as UTF-8",
        "アカウント ID または E メールアドレスに、{0} と {1} で読みの異なる文字があります。ファイルを UTF-8 で保存してください",
    ),
    (
        "{0} is the administrator itself, which is never a member of its own behavior graph; remove the line",
        "{0} は管理者アカウントです。自分の動作グラフのメンバーにはなれないので、この行を削除してください",
    ),
    (
        "account {0} stands in line {1} with another e-mail address, and nothing is done about the account until one of the two lines is removed",
        "アカウント {0} が、別の E メールアドレスで {1} 行目にもあります。どちらかの行を削除するまで、このアカウントには何もしません",
    ),
    (
        "the line has more than {#0} characters; write an account id and an e-mail address",
        "この行は {0} 文字を超えています。アカウント ID と E メールアドレスを書いてください",
    ),
    (
        "a quote is opened and not closed in this line; close it, and keep each account on one line",
        "この行の引用符が閉じられていません。引用符を閉じ、1 アカウントを 1 行に書いてください",
    ),
    // complaint.rs: account ids
    (
        "the account id is missing; write its 12 digits",
        "アカウント ID がありません。12 桁の数字を書いてください",
    ),
    (
        "the account id {0}; write {#1}",
        "アカウント ID {0}。{1} と書いてください",
    ),
    (
        "a spreadsheet turned the account id into {0} and its digits are lost; format the column as text and enter the id again",
        "表計算ソフトがアカウント ID を {0} に変え、桁が失われました。列を文字列の書式にして、ID を入力し直してください",
    ),
    (
        "the account id and the e-mail address are in one field; put a comma between them, and no quotes around both",
        "アカウント ID と E メールアドレスが 1 つの項目になっています。間をコンマで区切り、両方を 1 組の引用符で囲まないでください",
    ),
    (
        "a full-width comma or semicolon stands between the account id and the e-mail address; write a comma (,)",
        "アカウント ID と E メールアドレスの間が全角の読点、コンマ、またはセミコロンになっています。半角のコンマ (,) で区切ってください",
    ),
    (
        "the columns are swapped; write the account id first, then the e-mail address",
        "列が逆になっています。アカウント ID、E メールアドレスの順に書いてください",
    ),
    (
        "an e-mail address stands where the account id belongs; write the account id first, then the e-mail address",
        "アカウント ID の位置に E メールアドレスがあります。アカウント ID、E メールアドレスの順に書いてください",
    ),
    (
        "{0} is not an account id; write its 12 digits and nothing else",
        "{0} はアカウント ID ではありません。12 桁の数字だけを書いてください",
    ),
    (
        "{0} has {#1} digits and an account id has 12; copy it from the AWS console again",
        "{0} は {1} 桁ですが、アカウント ID は 12 桁です。AWS のコンソールからコピーし直してください",
    ),
    (
        "{0} has {#1} of the 12 digits of an account id: a spreadsheet may have dropped leading zeros; if so write {2}, and format the column as text",
        "{0} は {1} 桁ですが、アカウント ID は 12 桁です。表計算ソフトが先頭の 0 を落とした可能性があります。その場合は {2} と書き、列を文字列の書式にしてください",
    ),
    (
        "a tool took the account id for a number ({0}); write {1}",
        "アカウント ID が数値として扱われています ({0})。{1} と書いてください",
    ),
    (
        "is written in full-width or other digits that are not 0 to 9",
        "に全角数字など、0 から 9 以外の数字が使われています",
    ),
    (
        "has dashes or blanks in it",
        "にハイフンか空白が含まれています",
    ),
    (
        "carries a spreadsheet's mark for text",
        "に表計算ソフトの文字列の記号が付いています",
    ),
    ("has separators in it", "に区切り文字が含まれています"),
    // complaint.rs: text
    ("the account id {0}", "アカウント ID {0}"),
    (
        "the e-mail address has full-width characters in it; write it in half-width ones",
        "E メールアドレスに全角文字が含まれています。半角で書いてください",
    ),
    (
        "the e-mail address is a link; write it without mailto:",
        "E メールアドレスがリンクになっています。mailto: を付けずに書いてください",
    ),
    (
        "there are two e-mail addresses; keep the one of the root user",
        "E メールアドレスが 2 つあります。ルートユーザーのものだけにしてください",
    ),
    (
        "the e-mail address is missing; write the root user's address",
        "E メールアドレスがありません。ルートユーザーのアドレスを書いてください",
    ),
    (
        "the e-mail address has {#0} characters, and Detective takes at most 64; an account with a longer one cannot be invited until its root address is changed",
        "E メールアドレスは {0} 文字ですが、Detective で使えるのは 64 文字までです。ルートユーザーのアドレスを変更するまで、このアカウントは招待できません",
    ),
    (
        "the e-mail address needs a name, an @ and a domain; write the root user's address",
        "E メールアドレスには、名前、@、ドメインが必要です。ルートユーザーのアドレスを書いてください",
    ),
    (
        "the e-mail address does not end in a domain name such as example.com; write the root user's address",
        "E メールアドレスの最後が、example.com のようなドメイン名になっていません。ルートユーザーのアドレスを書いてください",
    ),
    ("the e-mail address {0}", "E メールアドレス{0}"),
    (
        "has bytes in it that are no text; save the file as UTF-8 and write it again",
        "に文字として読み取れないバイトがあります。ファイルを UTF-8 で保存し、書き直してください",
    ),
    (
        "has a NUL byte in it; write it again",
        "に NUL 文字が含まれています。書き直してください",
    ),
    (
        "has a control character in it; write it again",
        "に制御文字が含まれています。書き直してください",
    ),
    // expected.rs
    ("expected {0}: {1}", "expected {0}: {1}"),
    (
        "there is no Region {0}; did you mean {1}?",
        "リージョン {0} はありません。{1} ではありませんか",
    ),
    (
        "the Region is missing after the slash",
        "スラッシュのあとにリージョンがありません",
    ),
    (
        "it leaves out everything; name an account or a Region",
        "すべてが対象外になります。アカウントかリージョンを指定してください",
    ),
    (
        "{0} is no day; write it as ACCOUNT/REGION, ACCOUNT/* or */REGION, with @YYYY-MM-DD where it ends, such as 111122223333/eu-south-1@2027-01-31",
        "{0} は日付ではありません。ACCOUNT/REGION、ACCOUNT/* または */REGION の形で、期限があれば @YYYY-MM-DD を付けて書いてください (例: 111122223333/eu-south-1@2027-01-31)",
    ),
    (
        "it is not of this account; write {0}/REGION, or the Region alone",
        "このアカウントのものではありません。{0}/REGION と書くか、リージョンだけを書いてください",
    ),
    // roster.rs: the whole file
    (
        "{0}: no line of the file names a usable account; write lines of: account id,root e-mail",
        "{0}: 使えるアカウントが 1 行もありません。各行に、アカウント ID とルートユーザーの E メールアドレスをコンマで区切って書いてください",
    ),
    (
        "{0}: the file is empty; write one line per account: account id,root e-mail",
        "{0}: ファイルが空です。1 アカウントにつき 1 行、アカウント ID とルートユーザーの E メールアドレスをコンマで区切って書いてください",
    ),
    (
        "{0}: the file is {1}; save the list as CSV (UTF-8)",
        "{0}: ファイルの形式を扱えません ({1})。一覧を CSV (UTF-8) で保存してください",
    ),
];
