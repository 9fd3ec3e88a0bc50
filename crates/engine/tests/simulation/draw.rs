//! From a seed to what it plays.

use std::time::Duration;

use crate::lots::Lots;
use crate::scenario::{
    Aim, Climate, Deed, End, Fault, Go, Member, MemberRole, Moment, Scenario, Stranger, What,
};

/// Three of them have to be opted in to.
const REGIONS: [&str; 6] = [
    "us-east-1",
    "eu-west-1",
    "eu-south-1",
    "ap-southeast-2",
    "me-south-1",
    "af-south-1",
];
const OPT_IN: [&str; 3] = ["eu-south-1", "me-south-1", "af-south-1"];
const STATUSES: [&str; 5] = [
    "VERIFICATION_IN_PROGRESS",
    "VERIFICATION_FAILED",
    "INVITED",
    "ENABLED",
    "ACCEPTED_BUT_DISABLED",
];

impl Scenario {
    pub(crate) fn of(seed: u64) -> Self {
        let mut lots = Lots::of(seed, "size");
        let (accounts, regions) = match seed % 200 {
            // More than a page of members.
            99 => (230, 1),
            n if n % 50 == 49 => (60, 5),
            _ => (lots.between(1, 6), lots.between(1, 3)),
        };
        let begin = lots.between(0, 5) as usize;
        let regions: Vec<_> = (0..regions as usize)
            .map(|n| REGIONS[(begin + n) % 6])
            .collect();
        let hostile = lots.happens(0.85);
        let clear = if hostile {
            lots.millis(5_000, 180_000)
        } else {
            Duration::ZERO
        };
        let aim = aim(seed);
        let mut members: Vec<_> = (0..accounts).map(|n| member(seed, n, &regions)).collect();
        let half = Lots::of(seed, "half").happens(0.08);
        for member in members.iter_mut().step_by(2).filter(|_| half) {
            member.role = MemberRole::Missing;
        }
        if !aim.enables() {
            // Who is to leave should be gone wherever it was expected to stay out.
            members
                .iter_mut()
                .for_each(|member| member.expected.clear());
        }
        Self {
            seed,
            strangers: strangers(seed, &members, &regions),
            faults: if hostile {
                faults(seed, &members, &regions, clear)
            } else {
                Vec::new()
            },
            throttles: throttles(seed),
            switches: switches(seed),
            unkind: unkind(seed),
            climate: climate(seed, &regions, clear),
            deeds: deeds(seed, &members, &regions, clear),
            acts: acts(seed, clear),
            send_email: lots.happens(0.1),
            aim,
            saved: saved(seed, clear),
            patience: Duration::from_secs(Lots::of(seed, "patience").among(&[0, 15, 15, 15, 60])),
            regions,
            members,
        }
    }
}

/// In a third of the worlds, a plan is saved before others have had their time.
fn saved(seed: u64, clear: Duration) -> Option<Duration> {
    let mut lots = Lots::of(seed, "saved");
    let most = clear.as_millis() as u64 / 2;
    lots.happens(0.33).then(|| lots.millis(0, most))
}

fn aim(seed: u64) -> Aim {
    match Lots::of(seed, "aim").between(0, 19) {
        0..3 => Aim::Prune,
        3..6 => Aim::Disable,
        6..9 => Aim::End,
        9 => Aim::EnableAgain,
        _ => Aim::Enable,
    }
}

fn member(seed: u64, n: u64, regions: &[&'static str]) -> Member {
    let mut lots = Lots::numbered(seed, "member", &[n]);
    let opt_in: Vec<_> = regions
        .iter()
        .copied()
        .filter(|region| OPT_IN.contains(region))
        .collect();
    let mut of = |chance| {
        if lots.happens(chance) {
            lots.some(regions, 0.5)
        } else {
            Vec::new()
        }
    };
    let (denied, expected, standing) = (of(0.06), of(0.05), of(0.35));
    let regions_off = lots.some(&opt_in, 0.1);
    let role = lots.among(&[
        MemberRole::Missing,
        MemberRole::Untrusting,
        MemberRole::Suspended,
    ]);
    let too_big = lots.happens(0.05);
    let statuses: &[_] = if too_big {
        &["INVITED", "ACCEPTED_BUT_DISABLED"]
    } else {
        &STATUSES[..4]
    };
    Member {
        email: format!("Root.{n}@example.com"),
        listed_as: listed_as(n, &mut lots),
        in_roster: !lots.happens(0.1),
        role: if lots.happens(0.1) {
            role
        } else {
            MemberRole::Fine
        },
        known_after: known_after(seed, n),
        regions_off,
        denied,
        expected,
        too_big,
        guardduty_off: lots.happens(0.1),
        standing: standing
            .into_iter()
            .map(|region| {
                let email = lots.happens(0.3).then(|| format!("old.{n}@example.com"));
                (region, lots.among(statuses), email)
            })
            .collect(),
        id: id(n),
    }
}

/// A role and a policy that were made just now.
fn known_after(seed: u64, n: u64) -> (Duration, Duration) {
    let mut lots = Lots::of(seed, &format!("known after {n}"));
    let mut after = || match lots.happens(0.1) {
        true => lots.millis(1_000, 30_000),
        false => Duration::ZERO,
    };
    (after(), after())
}

/// One in eight begins with a zero.
fn id(n: u64) -> String {
    let base: u64 = if n % 8 == 7 {
        12_345_000_000
    } else {
        234_567_000_000
    };
    format!("{:012}", base + n)
}

fn listed_as(n: u64, lots: &mut Lots) -> Option<String> {
    match lots.between(0, 19) {
        0 | 1 => Some(format!("wrong.{n}@example.com")),
        // An address is the same whatever its case.
        2 => Some(format!("root.{n}@Example.com")),
        _ => None,
    }
}

fn strangers(seed: u64, members: &[Member], regions: &[&'static str]) -> Vec<Stranger> {
    let mut lots = Lots::of(seed, "strangers");
    let strangers = lots.some(&["888888888888", "111111111111"], 0.3);
    let mut stranger = |id| Stranger {
        id,
        regions: lots.some(regions, 0.8),
        members: members
            .iter()
            .filter_map(|member| {
                let status = lots.among(&[Some("INVITED"), Some("ENABLED"), None])?;
                Some((member.id.clone(), status))
            })
            .collect(),
    };
    strangers.into_iter().map(&mut stranger).collect()
}

fn climate(seed: u64, regions: &[&'static str], clear: Duration) -> Climate {
    let mut lots = Lots::of(seed, "climate");
    let least = lots.millis(1, 150);
    // The longest outlive the hour of a role's credentials.
    let verification = match lots.between(0, 19) {
        0 => lots.millis(1_800_000, 5_400_000),
        1..6 => Duration::ZERO,
        _ => lots.millis(0, 30_000),
    };
    let visibility = if lots.happens(0.4) {
        lots.millis(0, 5_000)
    } else {
        Duration::ZERO
    };
    let mut rarely = |chance, most| {
        if lots.happens(chance) {
            lots.share(most)
        } else {
            0.0
        }
    };
    let (verified_at_once, slow, goes_on) = (rarely(0.3, 1.0), rarely(0.1, 0.05), rarely(0.5, 1.0));
    Climate {
        latency: (least, least + lots.millis(0, 300)),
        verification: (verification, verification + lots.millis(0, 30_000)),
        verified_at_once,
        visibility: (
            visibility,
            visibility
                + if visibility.is_zero() {
                    Duration::ZERO
                } else {
                    lots.millis(0, 10_000)
                },
        ),
        denied: if lots.happens(0.08) {
            lots.some(regions, 0.5)
        } else {
            Vec::new()
        },
        dead: dead(seed, regions),
        slow_regions: slow_regions(seed, regions),
        global_sts: lots.happens(0.05),
        slow,
        goes_on,
        clear,
    }
}

/// One of the Regions at most: where none answers there is nothing to judge by.
fn dead(seed: u64, regions: &[&'static str]) -> Vec<&'static str> {
    let mut lots = Lots::of(seed, "dead");
    match lots.happens(0.08) {
        true => vec![lots.among(regions)],
        false => Vec::new(),
    }
}

/// So slow that the first answer comes long after all others are done, and not so slow that no run would
/// wait for it.
fn slow_regions(seed: u64, regions: &[&'static str]) -> Vec<(&'static str, Duration)> {
    let mut lots = Lots::of(seed, "slow regions");
    let slow = lots.some(regions, 0.08);
    slow.into_iter()
        .map(|region| (region, lots.millis(500, 3_400)))
        .collect()
}

fn faults(seed: u64, members: &[Member], regions: &[&'static str], clear: Duration) -> Vec<Fault> {
    const ALL: [&str; 9] = [
        "detective:*",
        "sts:*",
        "account:*",
        "detective:CreateMembers",
        "detective:AcceptInvitation",
        "detective:ListMembers",
        "detective:CreateGraph",
        "sts:AssumeRole",
        "detective:GetMembers",
    ];
    let mut lots = Lots::of(seed, "faults");
    // Most are such as every run has to live through, some are such as may end one.
    let mild = ["throttle", "server_error", "cut_before", "cut_after"];
    let harsh = ["silence", "expired_token", "denied"];
    let is_harsh = lots.happens(0.3);
    let number = lots.between(1, 4);
    let mut fault = || {
        let whole = lots.happens(0.15);
        let from = if lots.happens(0.5) {
            Duration::ZERO
        } else {
            lots.millis(0, clear.as_millis() as u64 / 2)
        };
        Fault {
            effect: if is_harsh && lots.happens(0.4) {
                lots.among(&harsh)
            } else {
                lots.among(&mild)
            },
            // A Region that is down, or some calls of some operations.
            operations: if whole {
                Some("detective:*")
            } else {
                lots.happens(0.6).then(|| lots.among(&ALL))
            },
            region: (whole || lots.happens(0.2)).then(|| lots.among(regions)),
            account: (!whole && lots.happens(0.15)).then(|| {
                members[lots.between(0, members.len() as u64 - 1) as usize]
                    .id
                    .clone()
            }),
            chance: if whole || lots.happens(0.05) {
                1.0
            } else {
                lots.share(0.6)
            },
            until: from + (clear - from).mul_f64(lots.share(1.0)),
            from,
        }
    };
    (0..number).map(|_| fault()).collect()
}

fn throttles(seed: u64) -> Vec<(&'static str, u64)> {
    let mut lots = Lots::of(seed, "throttles");
    let operations = lots.some(
        &[
            "sts:AssumeRole",
            "detective:ListMembers",
            "detective:AcceptInvitation",
            "detective:*",
        ],
        0.1,
    );
    operations
        .into_iter()
        .map(|operation| (operation, lots.between(1, 10)))
        .collect()
}

fn switches(seed: u64) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("repeated_create_graph", "\"conflict\""),
        ("repeated_create_graph_tags", "\"merged\""),
        ("recreated_graph", "\"conflict\""),
        ("delete_graph_with_members", "\"refused\""),
        ("failed_member_again", "\"already_member\""),
        ("early_accept", "\"not_found\""),
        ("second_accept", "\"not_found\""),
        ("administrator_as_member", "\"invalid\""),
        ("malformed_account", "\"unprocessed\""),
        ("foreign_graph", "\"not_found\""),
        ("reasons", "\"other\""),
        ("page_size", "1"),
        ("throttling_error", "\"too_many_requests_exception\""),
        ("unnamed_packages", "\"stopped\""),
    ];
    let mut lots = Lots::of(seed, "switches");
    let mut switches = lots.some(&all, 0.5);
    switches.extend(lots.some(
        &[
            ("guardduty", "\"needed\""),
            ("graphs_per_member", "1"),
            ("invitation_lifetime", "\"6h\""),
        ],
        0.1,
    ));
    let mut lots = Lots::of(seed, "more switches");
    switches.extend(lots.some(
        &[
            ("monitoring_without_room", "\"quota_exceeded\""),
            ("invalid_create_graph", "\"access_denied_exception\""),
            ("wrong_email_at_once", "\"verifying\""),
        ],
        0.5,
    ));
    switches
}

fn unkind(seed: u64) -> Vec<(&'static str, &'static str)> {
    let mut unkind = Lots::of(seed, "unkind").some(&[("quoting_errors", "true")], 0.4);
    unkind.extend(Lots::of(seed, "short pages").some(&[("short_pages", "true")], 0.2));
    unkind
}

fn deeds(seed: u64, members: &[Member], regions: &[&'static str], clear: Duration) -> Vec<Deed> {
    let mut lots = Lots::of(seed, "deeds");
    if clear.is_zero() || !lots.happens(0.4) {
        return Vec::new();
    }
    let number = lots.between(1, 2 + members.len() as u64);
    let mut deeds: Vec<_> = (0..number)
        .map(|_| Deed {
            at: lots.millis(0, clear.as_millis() as u64),
            what: match lots.between(0, 30) {
                0 => What::DeleteGraph,
                1 => What::CreateGraph,
                2..10 => What::Accept,
                10..14 => What::Reject,
                14..18 => What::Leave,
                18..24 => What::Remove,
                _ => What::Invite,
            },
            region: lots.among(regions),
            account: members[lots.between(0, members.len() as u64 - 1) as usize]
                .id
                .clone(),
        })
        .collect();
    deeds.sort_by_key(|deed| deed.at);
    deeds
}

fn acts(seed: u64, clear: Duration) -> Vec<Vec<Go>> {
    let mut lots = Lots::of(seed, "acts");
    let number = lots.among(&[0, 1, 1, 1, 2, 3]);
    (0..number)
        .map(|_| {
            let together = if lots.happens(0.25) { 2 } else { 1 };
            (0..together).map(|_| go(&mut lots, clear)).collect()
        })
        .collect()
}

fn go(lots: &mut Lots, clear: Duration) -> Go {
    let moment = lots.among(&[Moment::Sent, Moment::Arrived]);
    let soon = lots.millis(0, 20_000);
    Go {
        after: if lots.happens(0.5) {
            Duration::ZERO
        } else {
            lots.millis(0, 5_000)
        },
        timeout: if lots.happens(0.7) {
            clear + Duration::from_secs(4 * 3600)
        } else {
            lots.millis(1_000, 60_000)
        },
        concurrency: lots.among(&[1, 3, 256, 256]),
        look_first: lots.happens(0.3),
        by_plan: false,
        end: match lots.between(0, 19) {
            0..4 => End::DroppedAfter(soon),
            4..9 => End::DroppedAtCall(lots.between(1, 120), moment),
            9 => End::StoppedAfter(soon),
            10 => End::JournalFullAfter(lots.between(1, 150)),
            _ => End::ByItself,
        },
    }
}
