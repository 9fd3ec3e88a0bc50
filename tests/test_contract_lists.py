"""Lists of accounts as other programs write them: encodings, headers, JSON and YAML."""

import json

import pytest

IDS = ["111111111111", "222222222222"]
EXCEL_OF_JAPAN = (
    "アカウント名,アカウントID,メールアドレス,担当者\r\n"
    "決済基盤,111111111111,a@example.com,表計算チーム\r\n"
    "本番環境,222222222222,b@example.com,能登\r\n"
)


def validated(run, path, status=0):
    return run("validate", path, "--output", "json").ended(status).json()


@pytest.mark.parametrize(
    ("encoding", "content", "said"),
    [
        ("cp932", EXCEL_OF_JAPAN, "Shift_JIS"),
        ("euc-jp", EXCEL_OF_JAPAN, "EUC-JP"),
        ("iso2022_jp", EXCEL_OF_JAPAN, "ISO-2022-JP"),
        (
            "cp1252",
            "Name;Konto-ID;E-Mail-Adresse\r\nGehälter für Österreich;111111111111;a@example.com\r\n"
            "Bücher & Größen;222222222222;b@example.com\r\n",
            "windows-1252",
        ),
        (
            "gbk",
            "账户名称,账户ID,电子邮件\r\n支付平台,111111111111,a@example.com\r\n生产环境,222222222222,b@example.com\r\n",
            "GBK",
        ),
    ],
)
def test_what_spreadsheets_of_the_world_save_is_read_and_the_encoding_named(run, write, encoding, content, said):
    document = validated(run, write(content.encode(encoding)))
    assert (document["accounts"], document["invalid_lines"]) == (2, [])
    assert any(said in note for note in document["notes"]), document["notes"]


def test_a_name_column_without_a_header_in_cp932_is_read(run, write):
    file = write("111111111111,a@example.com,決済基盤\r\n222222222222,b@example.com,ソ表\r\n".encode("cp932"))
    assert validated(run, file)["accounts"] == 2


def test_an_address_that_reads_differently_in_another_encoding_is_a_bad_line(run, write):
    file = write("Name;ID;E-Mail\nBüro für Größen;111111111111;a@example.com\nMüller;222222222222;müller@example.com\n".encode("cp1252"))
    document = validated(run, file, 3)
    assert [bad["line"] for bad in document["invalid_lines"]] == [3]
    assert "windows-1252" in document["invalid_lines"][0]["reason"]
    assert "UTF-8" in document["invalid_lines"][0]["reason"]


@pytest.mark.parametrize(
    "header",
    ["名前,ID,Eメール", "氏名,ＡＷＳアカウントＩＤ,メール", "name,id,e-mail", "Kontobezeichnung,Kontonummer,Adresse",
     "アカウント,AWS アカウント ID,ﾒｰﾙｱﾄﾞﾚｽ", "Nom,Numéro,Courriel"],
)
def test_a_header_of_any_order_and_language_is_understood(run, write, header):
    file = write(f"{header}\npayments,111111111111,a@example.com\nledger,222222222222,b@example.com\n")
    assert validated(run, file)["accounts"] == 2


def test_the_column_of_the_root_address_is_taken_before_another_and_said(run, write):
    content = "OwnerEmail,RootEmail,Account ID\no@example.com,a@example.com,111111111111\np@example.com,b@example.com,222222222222\n"
    result = run("validate", write(content)).ended(0)
    assert "RootEmail" in result.output and "OwnerEmail" in result.output


def test_two_columns_that_could_each_be_the_address_are_refused(run, write):
    content = "Account ID,OwnerEmail,ContactEmail\n111111111111,a@example.com,x@example.com\n"
    run("validate", write(content)).refused("OwnerEmail", "ContactEmail", "root")


def test_two_columns_that_hold_the_same_addresses_are_no_question(run, write):
    content = "Account ID,OwnerEmail,ContactEmail\n111111111111,a@example.com,a@example.com\n"
    assert validated(run, write(content))["notes"] == []


def test_two_addresses_in_a_line_without_a_header_are_told(run, write):
    content = "111111111111,a@example.com,o@example.com\n222222222222,b@example.com,p@example.com\n"
    assert any("column 3" in note for note in validated(run, write(content))["notes"])


def organizations(accounts):
    return [
        {
            "Id": identity,
            "Arn": f"arn:aws:organizations::555555555555:account/o-abcdefghij/{identity}",
            "Email": email,
            "Name": name,
            "Status": status,
            "State": state,
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": "2024-01-02T03:04:05.000000+00:00",
        }
        for identity, email, name, status, state in accounts
    ]


ACCOUNTS = [
    ("111111111111", "a@example.com", "payments", "ACTIVE", "ACTIVE"),
    ("222222222222", "b@example.com", "old", "SUSPENDED", "SUSPENDED"),
    ("333333333333", "c@example.com", "gone", "SUSPENDED", "CLOSED"),
    ("044444444444", "d@example.com", "給与", "ACTIVE", "ACTIVE"),
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"Accounts": organizations(ACCOUNTS)}, indent=4, ensure_ascii=False),
        json.dumps(organizations(ACCOUNTS), indent="\t", ensure_ascii=True),
        "\n".join(json.dumps(account) for account in organizations(ACCOUNTS)),
    ],
    ids=["list-accounts", "query", "one a line"],
)
def test_the_list_of_organizations_is_a_roster_without_suspended_and_closed_accounts(run, write, content):
    document = validated(run, write(content, "accounts.json"))
    assert (document["accounts"], document["invalid_lines"]) == (2, [])
    told = [note for note in document["notes"] if "SUSPENDED" in note or "CLOSED" in note]
    assert len(told) == 2 and "222222222222" in told[0] and told[0].startswith("line ")


def test_a_bad_account_in_json_is_named_with_its_line(run, write):
    accounts = organizations(ACCOUNTS)
    accounts[3]["Email"] = "nobody"
    content = json.dumps({"Accounts": accounts}, indent=4)
    line = content[: content.index('"044444444444"')].count("\n") + 1
    document = validated(run, write(content), 3)
    assert [bad["line"] for bad in document["invalid_lines"]] == [line]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"Accounts": [{"Id": "111111111111",\n "Email": "a@example.com"', ["JSON", "line 2"]),
        ('{"Accounts": []}', ["JSON", "no account"]),
        ('{"Policies": [{"Name": "x"}]}', ["JSON", "no account"]),
    ],
    ids=["cut off", "empty", "something else"],
)
def test_json_that_is_no_list_of_accounts_is_refused(run, write, content, words):
    run("validate", write(content)).refused("accounts.csv", *words)


def test_the_csv_that_the_organizations_console_exports_is_a_roster(run, write):
    content = (
        "Account ID,ARN,Email,Account Name,Status,Joined method,Joined timestamp\n"
        "111111111111,arn:aws:organizations::5:account/o-a/1,a@example.com,payments,Active,Created,2024-01-02\n"
        "222222222222,arn:aws:organizations::5:account/o-a/2,b@example.com,old,Suspended,Created,2024-01-02\n"
    )
    document = validated(run, write(content))
    assert document["accounts"] == 1
    assert any("line 3" in note and "222222222222" in note for note in document["notes"])


def test_the_template_of_org_formation_is_a_roster(run, write):
    content = """AWSTemplateFormatVersion: '2010-09-09-OC'
Organization:
  Root:
    Type: OC::ORG::MasterAccount
    Properties:
      AccountName: My Organization Root
      AccountId: '555555555555'
      RootEmail: root@example.com
      Tags:
        account-owner-email: my@example.com
  Payments:
    Type: OC::ORG::Account
    Properties:
      RootEmail: a@example.com   # the root user's
      AccountName: Payments Account
      AccountId: 011111111111
      ServiceControlPolicies: !Ref Nothing
  Planned:
    Type: OC::ORG::Account
    Properties:
      RootEmail: b@example.com
      AccountName: Not made yet
"""
    document = validated(run, write(content, "organization.yml"), 3)
    assert document["accounts"] == 2
    assert [bad["line"] for bad in document["invalid_lines"]] == [21]
    assert "account id is missing" in document["invalid_lines"][0]["reason"]


def test_the_accounts_of_control_towers_account_factory_for_terraform_are_a_roster(run, write):
    item = {"id": {"S": "111111111111"}, "email": {"S": "a@example.com"}, "account_name": {"S": "payments"},
            "account_status": {"S": "ACTIVE"}, "account_level_tags": {"S": "{}"}}
    gone = {**item, "id": {"S": "222222222222"}, "account_status": {"S": "SUSPENDED"}}
    document = validated(run, write(json.dumps({"Items": [item, gone], "Count": 2}, indent=2)))
    assert document["accounts"] == 1
    columns = '"id","account_creation_time","account_name","account_status","email","parent_ou"\n'
    rows = '"111111111111","2024-01-02T03:04:05Z","payments","ACTIVE","a@example.com","Workloads"\n'
    assert validated(run, write(columns + rows))["accounts"] == 1


def test_adopt_writes_to_stdout_where_the_file_is_a_dash(command, sandbox):
    words = ["--regions", "us-east-1"]
    command.run("enable", sandbox.roster, *words, "--yes", "--admin-account", sandbox.administrator, env=sandbox.env).ended(0)
    process = command.start("adopt", "-", *words, env=sandbox.env)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert stdout == sandbox.roster.read_text()
    assert not (command.home / "-").exists()
