//! What one seed plays: a world, its weather, who else acts in it, and the runs.

use std::fmt::Write as _;
use std::time::Duration;

use fleet::desired::{Fleet, Others, Purpose, Settings};

pub(crate) const ADMINISTRATOR: &str = "555555555555";
pub(crate) const ROLE: &str = "detective-fleet/DetectiveFleetMember";

/// What one seed plays. All of it is plain data, so that it can be shrunk.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) regions: Vec<&'static str>,
    pub(crate) members: Vec<Member>,
    pub(crate) strangers: Vec<Stranger>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) throttles: Vec<(&'static str, u64)>,
    /// Settings of the world's `unverified`, as TOML has them.
    pub(crate) switches: Vec<(&'static str, &'static str)>,
    /// Settings of the world's `unkind`.
    pub(crate) unkind: Vec<(&'static str, &'static str)>,
    pub(crate) climate: Climate,
    /// What others do meanwhile.
    pub(crate) deeds: Vec<Deed>,
    /// One after the other; the runs of one act go at the same time.
    pub(crate) acts: Vec<Vec<Go>>,
    pub(crate) send_email: bool,
    pub(crate) aim: Aim,
    /// How long refusals are asked again that may pass.
    pub(crate) patience: Duration,
    /// A plan is saved first, others have that long to act, and then the acts execute it.
    pub(crate) saved: Option<Duration>,
}

/// What the runs are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    Enable,
    /// What failed with the roster's own e-mail is tried once more.
    EnableAgain,
    /// Members that the roster does not name go.
    Prune,
    Disable,
    /// All graphs go, whoever is in them.
    End,
}

impl Aim {
    pub(crate) fn enables(self) -> bool {
        matches!(self, Self::Enable | Self::EnableAgain | Self::Prune)
    }

    /// The guard rails have to be asked.
    pub(crate) fn removes(self) -> bool {
        matches!(self, Self::Prune | Self::Disable | Self::End)
    }

    fn settings(self) -> Settings {
        Settings {
            purpose: match self {
                Self::Enable | Self::EnableAgain | Self::Prune => Purpose::Enable,
                Self::Disable => Purpose::Disable,
                Self::End => Purpose::DeleteGraphs,
            },
            others: match self {
                Self::Prune | Self::End => Others::Remove,
                Self::Enable | Self::EnableAgain | Self::Disable => Others::Leave,
            },
            retry_failed: self == Self::EnableAgain,
            ..Settings::default()
        }
    }
}

/// What is so all the time.
#[derive(Clone, Debug)]
pub(crate) struct Climate {
    /// The least and the most that a request or its reply is on its way.
    pub(crate) latency: (Duration, Duration),
    pub(crate) verification: (Duration, Duration),
    pub(crate) verified_at_once: f64,
    pub(crate) visibility: (Duration, Duration),
    /// Regions that a policy denies to the administrator.
    pub(crate) denied: Vec<&'static str>,
    /// Regions where Detective never answers.
    pub(crate) dead: Vec<&'static str>,
    /// Regions where every call takes longer, and how much.
    pub(crate) slow_regions: Vec<(&'static str, Duration)>,
    /// STS sessions do not count in opt-in Regions.
    pub(crate) global_sts: bool,
    /// How often a reply takes some 10 s.
    pub(crate) slow: f64,
    /// How often a request goes on when nobody waits for its reply any more.
    pub(crate) goes_on: f64,
    /// When nothing goes wrong any more.
    pub(crate) clear: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) email: String,
    /// What the roster has, where that is wrong.
    pub(crate) listed_as: Option<String>,
    pub(crate) in_roster: bool,
    pub(crate) role: MemberRole,
    /// How long after the start STS does not know its role, and then how long its policy denies
    /// AcceptInvitation: both were made just now.
    pub(crate) known_after: (Duration, Duration),
    pub(crate) regions_off: Vec<&'static str>,
    /// Regions where a policy denies it to accept.
    pub(crate) denied: Vec<&'static str>,
    /// Regions where it is known to stay out.
    pub(crate) expected: Vec<&'static str>,
    /// Has more data than a graph takes.
    pub(crate) too_big: bool,
    pub(crate) guardduty_off: bool,
    /// Where it is a member already: Region, status, and the e-mail it was invited with.
    pub(crate) standing: Vec<(&'static str, &'static str, Option<String>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberRole {
    Fine,
    Missing,
    Untrusting,
    Suspended,
}

/// Somebody else's graph, to which accounts of the roster are invited or belong.
#[derive(Clone, Debug)]
pub(crate) struct Stranger {
    pub(crate) id: &'static str,
    pub(crate) regions: Vec<&'static str>,
    pub(crate) members: Vec<(String, &'static str)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) effect: &'static str,
    pub(crate) operations: Option<&'static str>,
    pub(crate) region: Option<&'static str>,
    pub(crate) account: Option<String>,
    pub(crate) chance: f64,
    pub(crate) from: Duration,
    pub(crate) until: Duration,
}

/// Something that somebody else does.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) at: Duration,
    pub(crate) what: What,
    pub(crate) region: &'static str,
    pub(crate) account: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Accept,
    Reject,
    Leave,
    Remove,
    Invite,
    DeleteGraph,
    CreateGraph,
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Go {
    pub(crate) after: Duration,
    pub(crate) timeout: Duration,
    pub(crate) concurrency: usize,
    /// As with a prompt: look first, then reconcile.
    pub(crate) look_first: bool,
    /// It executes the saved plan, and nothing else.
    pub(crate) by_plan: bool,
    pub(crate) end: End,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    ByItself,
    /// Dropped, then.
    DroppedAfter(Duration),
    /// Dropped when that many requests had been sent: right then, or when the last of them has arrived.
    DroppedAtCall(u64, Moment),
    /// Somebody presses Ctrl-C.
    StoppedAfter(Duration),
    /// The journal takes that many events and no more.
    JournalFullAfter(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Sent,
    Arrived,
}

impl Scenario {
    pub(crate) fn fleet(&self) -> Fleet {
        let listed = self.members.iter().filter(|member| member.in_roster);
        let members = listed
            .map(|member| {
                (
                    member.id.parse().unwrap(),
                    member.roster_email().parse().unwrap(),
                )
            })
            .collect();
        let expected = self.members.iter().flat_map(|member| {
            let account = member.id.parse().unwrap();
            let regions = member.expected.iter();
            regions.map(move |region| (account, fleet::account::Region::new(region)))
        });
        Fleet {
            administrator: ADMINISTRATOR.parse().unwrap(),
            members,
            settings: Settings {
                send_email: self.send_email,
                patience: self.patience,
                expected: expected.collect(),
                ..self.aim.settings()
            },
        }
    }

    /// The world, as the sandbox reads it.
    pub(crate) fn to_toml(&self) -> String {
        let climate = &self.climate;
        let mut text = format!("seed = {}\nlatency = \"0s\"\n", self.seed);
        let mut spread = |name, (least, most): (Duration, Duration)| {
            let (base, more) = (least.as_millis(), (most - least).as_millis());
            writeln!(text, "{name} = \"{base}ms\"\n{name}_spread = \"{more}ms\"").unwrap();
        };
        spread("verification", climate.verification);
        spread("visibility", climate.visibility);
        writeln!(text, "verified_at_once = {:.3}", climate.verified_at_once).unwrap();
        writeln!(text, "global_sts = {}", climate.global_sts).unwrap();
        self.members
            .iter()
            .for_each(|member| member.to_toml(&mut text));
        for stranger in &self.strangers {
            stranger.to_toml(&mut text);
        }
        for fault in self.all_faults() {
            fault.to_toml(&mut text);
        }
        for (operations, rate) in &self.throttles {
            writeln!(
                text,
                "[[throttles]]\noperations = [\"{operations}\"]\nrate = {rate}\nburst = {rate}"
            )
            .unwrap();
        }
        text.push_str("[unkind]\nsignature_lifetime = \"5m\"\n");
        for (name, value) in &self.unkind {
            writeln!(text, "{name} = {value}").unwrap();
        }
        text.push_str("[unverified]\n");
        for (name, value) in &self.switches {
            writeln!(text, "{name} = {value}").unwrap();
        }
        text
    }

    /// What goes wrong for a time, and what is denied for ever.
    fn all_faults(&self) -> Vec<Fault> {
        let denied = |operations, region, account: &str| Fault {
            effect: "denied",
            operations: Some(operations),
            region: Some(region),
            account: Some(account.to_owned()),
            chance: 1.0,
            from: Duration::ZERO,
            until: Duration::MAX,
        };
        let late = self.members.iter().filter(|it| !it.known_after.1.is_zero());
        let late = late.map(|member| Fault {
            effect: "denied",
            operations: Some("detective:AcceptInvitation"),
            region: None,
            account: Some(member.id.clone()),
            chance: 1.0,
            from: Duration::ZERO,
            until: member.known_after.1,
        });
        let regions = self.climate.denied.iter();
        let for_all = regions.map(|region| denied("detective:*", *region, ADMINISTRATOR));
        let for_one = self.members.iter().flat_map(|member| {
            let regions = member.denied.iter();
            regions.map(|region| denied("detective:AcceptInvitation", *region, &member.id))
        });
        let dead = self.climate.dead.iter().map(|region| Fault {
            effect: "silence",
            account: None,
            ..denied("detective:*", region, ADMINISTRATOR)
        });
        for_all
            .chain(for_one)
            .chain(dead)
            .chain(late)
            .chain(self.faults.iter().cloned())
            .collect()
    }
}

impl Member {
    /// The e-mail that it is invited with.
    pub(crate) fn roster_email(&self) -> &str {
        self.listed_as.as_deref().unwrap_or(&self.email)
    }

    fn to_toml(&self, text: &mut String) {
        let Self { id, email, .. } = self;
        writeln!(text, "[accounts.{id:?}]\nemail = {email:?}").unwrap();
        match self.role {
            MemberRole::Fine if !self.known_after.0.is_zero() => {
                let known_after = self.known_after.0.as_millis();
                writeln!(
                    text,
                    "roles = [{{ name = {ROLE:?}, known_after = \"{known_after}ms\" }}]"
                )
                .unwrap();
            }
            MemberRole::Fine => {}
            MemberRole::Missing => text.push_str("roles = []\n"),
            MemberRole::Untrusting => {
                writeln!(
                    text,
                    "roles = [{{ name = {ROLE:?}, external_id = \"another\" }}]"
                )
                .unwrap();
            }
            MemberRole::Suspended => text.push_str("suspended = true\n"),
        }
        if !self.regions_off.is_empty() {
            writeln!(text, "regions_off = {:?}", self.regions_off).unwrap();
        }
        if self.too_big {
            text.push_str("gigabytes_per_day = 20000.0\n");
        }
        if self.guardduty_off {
            text.push_str("guardduty_off = true\n");
        }
        for (region, status, email) in &self.standing {
            writeln!(
                text,
                "[[memberships]]\naccounts = [{id:?}]\nregions = [{region:?}]\nstatus = {status:?}"
            )
            .unwrap();
            if let Some(email) = email {
                writeln!(text, "email = {email:?}").unwrap();
            }
        }
    }
}

impl Stranger {
    fn to_toml(&self, text: &mut String) {
        let Self {
            id,
            regions,
            members,
        } = self;
        writeln!(
            text,
            "[accounts.{id:?}]\n[[graphs]]\nadministrator = {id:?}\nregions = {regions:?}"
        )
        .unwrap();
        for (account, status) in members {
            writeln!(text, "[[memberships]]\nadministrator = {id:?}\naccounts = [{account:?}]\nregions = {regions:?}\nstatus = {status:?}").unwrap();
        }
    }
}

impl Fault {
    fn to_toml(&self, text: &mut String) {
        writeln!(
            text,
            "[[faults]]\neffect = {:?}\nchance = {:.3}",
            self.effect, self.chance
        )
        .unwrap();
        if let Some(operations) = self.operations {
            writeln!(text, "operations = [{operations:?}]").unwrap();
        }
        if let Some(region) = self.region {
            writeln!(text, "regions = [{region:?}]").unwrap();
        }
        if let Some(account) = &self.account {
            writeln!(text, "accounts = [{account:?}]").unwrap();
        }
        if self.until < Duration::MAX {
            let (from, until) = (self.from.as_millis(), self.until.as_millis());
            writeln!(text, "after = \"{from}ms\"\nuntil = \"{until}ms\"").unwrap();
        }
    }
}
