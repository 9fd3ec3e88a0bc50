//! What `init` has to know: from flags, and from whoever sits at the terminal.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Result, bail};
use engine::{ADMINISTRATOR_ROLE, MEMBER_ROLE, RoleName};
use fleet::account::AccountId;
use fleet::values::{List, RegionName};

use super::found::{self, Usual};
use crate::args::{InitArgs, RunIn};
use crate::display::{self, Output};
use crate::roster_file;

/// What a fleet is set up with.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub(super) administrator: AccountId,
    pub(super) list: PathBuf,
    pub(super) member: Member,
    /// The role of the administrator that runs work as; `None`: the caller itself.
    pub(super) admin_role: Option<RoleName>,
    pub(super) profile: Option<String>,
    /// As they are written: names, or `all`.
    pub(super) regions: Vec<String>,
    pub(super) run_in: RunIn,
}

/// How the member role gets into accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// It is there, or somebody else sees to it.
    Role(RoleName),
    /// By this role.
    Via(RoleName),
}

/// Whoever can be asked, or nobody.
struct Interview {
    can_ask: bool,
    /// The flags of questions that nobody has answered.
    open: Vec<&'static str>,
}

impl Answers {
    /// Takes the flags, and asks for what they leave out.
    ///
    /// # Errors
    ///
    /// When an answer is of no use, or there is nobody to ask: it names the flags then.
    pub(super) async fn gather(args: InitArgs, output: Output) -> Result<Self> {
        let mut interview = Interview {
            can_ask: output.can_ask(),
            open: Vec::new(),
        };
        let administrator = match args.caller.admin_account {
            Some(account) => Some(account),
            None => {
                let question = "Which account is the administrator, the one that is to own the behavior graphs?";
                interview.ask("--admin-account", question, None).await?
            }
        };
        let list = interview.list(args.list, administrator).await?;
        let run_in = interview.run_in(args.run_in).await?;
        let is_said = args.via.is_some() || args.role.is_some();
        let found = match &list {
            Some(list) if interview.can_ask && !is_said => {
                found::roles(&args.caller, list, administrator, output).await
            }
            _ => Vec::new(),
        };
        let member = interview.member(args.via, args.role, &found).await?;
        let admin_role = named("admin-role", args.caller.admin_role)?;
        let admin_role = match (&member, admin_role) {
            // It will trust somebody: better the one whom it is to trust.
            (Some(Member::Via(_)), None) => interview.admin_role(run_in).await?,
            (_, admin_role) => admin_role,
        };
        if matches!(member, Some(Member::Via(_))) && !args.yes {
            interview.agree_later();
        }
        let regions = interview.regions(args.regions).await?;
        let open = interview.open;
        match (administrator, list, member, regions, run_in) {
            (Some(administrator), Some(list), Some(member), Some(regions), Some(run_in))
                if open.is_empty() =>
            {
                Ok(Self {
                    administrator,
                    list,
                    member,
                    admin_role,
                    profile: args.caller.profile,
                    regions,
                    run_in,
                })
            }
            _ => bail!(
                "there is no terminal to ask on: say {} as well",
                open.join(", ")
            ),
        }
    }
}

impl Interview {
    /// Asks until the answer is one; `None` where nobody can be asked.
    async fn ask<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        flag: &'static str,
        question: &str,
        default: Option<&str>,
    ) -> Result<Option<T>> {
        if !self.can_ask {
            self.open.push(flag);
            return Ok(None);
        }
        loop {
            let Some(typed) = display::ask_for(question, default).await else {
                bail!("not answered: nothing was written");
            };
            match typed.parse() {
                Ok(answer) => return Ok(Some(answer)),
                Err(error) => display::say(&format!("  {error}\n")),
            }
        }
    }

    /// Before a role is deployed somebody is asked, or has agreed beforehand.
    fn agree_later(&mut self) {
        if !self.can_ask {
            self.open.push("--yes");
        }
    }

    async fn list(
        &mut self,
        given: Option<PathBuf>,
        administrator: Option<AccountId>,
    ) -> Result<Option<PathBuf>> {
        if let Some(list) = given {
            roster_file::read(&list, administrator)?;
            return Ok(Some(list));
        }
        let usual = Path::new("accounts.csv").exists().then_some("accounts.csv");
        let question = "Which file lists the accounts (`account id,root e-mail` on each line)?";
        loop {
            let Some(list) = self.ask::<PathBuf>("--list", question, usual).await? else {
                return Ok(None);
            };
            match roster_file::read(&list, administrator) {
                Ok(_) => return Ok(Some(list)),
                Err(error) => display::say(&format!("  {error:#}\n")),
            }
        }
    }

    async fn member(
        &mut self,
        via: Option<String>,
        role: Option<String>,
        found: &[Usual],
    ) -> Result<Option<Member>> {
        match (named("via", via)?, named("role", role)?) {
            (Some(via), _) => return Ok(Some(Member::Via(via))),
            (None, Some(role)) => return Ok(Some(Member::Role(role))),
            (None, None) => {}
        }
        let question = "Which role does every account have already, that the member role can be deployed with (such as OrganizationAccountAccessRole)? `none` if the member role is there, or gets there in another way (docs/roles.md)";
        for it in found {
            display::say(&format!("\nFound: {}\n", it.words));
        }
        let usual = found.first().map_or("none", |it| it.role.as_str());
        let flag = "--via ROLE or --role detective-fleet/DetectiveFleetMember";
        let named: Option<RoleName> = self.ask(flag, question, Some(usual)).await?;
        let member = match named {
            Some(none) if none.as_str() == "none" => Member::Role(parsed(MEMBER_ROLE)?),
            Some(via) => Member::Via(via),
            None => return Ok(None),
        };
        Ok(Some(member))
    }

    async fn admin_role(&mut self, run_in: Option<RunIn>) -> Result<Option<RoleName>> {
        if run_in == Some(RunIn::Aws) {
            return Ok(Some(parsed(ADMINISTRATOR_ROLE)?));
        }
        let question = "As which role of the administrator will the command run? Members will trust that role, by its path and name";
        self.ask("--admin-role", question, Some(ADMINISTRATOR_ROLE))
            .await
    }

    async fn regions(&mut self, given: Vec<List<RegionName>>) -> Result<Option<Vec<String>>> {
        let names = |lists: Vec<List<RegionName>>| {
            let names = lists.into_iter().flat_map(|list| list.0);
            names.map(|name| name.0).collect()
        };
        if !given.is_empty() {
            return Ok(Some(names(given)));
        }
        let question = "In which Regions? Names with commas between them, or `all` that are on";
        let list: Option<List<RegionName>> = self.ask("--regions", question, Some("all")).await?;
        Ok(list.map(|list| names(vec![list])))
    }

    async fn run_in(&mut self, given: Option<RunIn>) -> Result<Option<RunIn>> {
        if given.is_some() {
            return Ok(given);
        }
        let question = "Will AWS run it from then on, or this machine (`aws` or `here`)?";
        let word: Option<Word> = self
            .ask("--run-in aws|here", question, Some("here"))
            .await?;
        Ok(word.map(|it| it.0))
    }
}

struct Word(RunIn);

impl FromStr for Word {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_lowercase().as_str() {
            "aws" => Ok(Self(RunIn::Aws)),
            "here" => Ok(Self(RunIn::Here)),
            _ => Err("it is `aws` or `here`"),
        }
    }
}

fn named(flag: &str, name: Option<String>) -> Result<Option<RoleName>> {
    let parse = |name: String| {
        let parsed = name.parse();
        parsed.map_err(|error| anyhow::anyhow!("--{flag} {name:?}: {error}"))
    };
    name.map(parse).transpose()
}

fn parsed(name: &str) -> Result<RoleName> {
    name.parse()
        .map_err(|error| anyhow::anyhow!("{name}: {error}"))
}
