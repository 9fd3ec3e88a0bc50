//! What is said of saved plans.

use comfy_table::{Table, presets};
use fleet::foreign::visible;
use fleet::saved::{Moved, SavedPlan, SavedSettings, Stale};
use fleet::shell;
use jiff::Timestamp;

/// What keeps a saved plan from being executed, thing by thing; the error says the rest.
pub(crate) fn stale(stale: &Stale) -> String {
    let Stale::Moved(moved) = stale else {
        return String::new();
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["account", "Region", "was", "is", "the plan", "needed now"]);
    for it in moved {
        table.add_row(row(it));
    }
    format!("{}\n\n", table.trim_fmt())
}

fn row(moved: &Moved) -> [String; 6] {
    let account = moved.account_id.map(|id| match &moved.name {
        Some(name) => format!("{name} ({id})"),
        None => id.to_string(),
    });
    [
        account.unwrap_or_else(|| "(behavior graph)".to_owned()),
        moved.region.to_string(),
        moved.was.clone(),
        moved.is.clone(),
        moved.planned.clone(),
        moved.needed.clone(),
    ]
}

/// What is known of a saved plan besides what it shows.
pub(crate) fn saved(saved: &SavedPlan, now: Timestamp) -> Vec<String> {
    let header = &saved.plan.header;
    let caller = header.origin.caller.as_deref().unwrap_or("somebody");
    let version = header.origin.product_version.as_deref();
    let list = header.origin.list.as_ref().map(|list| {
        let sha256 = list.sha256.as_deref().unwrap_or("unknown");
        format!(" by the list {} (SHA-256 {sha256})", list.name)
    });
    let expires = match now > saved.expires {
        true => "it expired at",
        false => "it may be executed until",
    };
    let origin = format!(
        "this plan was saved at {:.0} by {caller}{} with detective-fleet {}; {expires} {:.0}",
        header.started,
        list.unwrap_or_default(),
        version.unwrap_or("of a version that is not known"),
        saved.expires,
    );
    vec![origin, settings(&saved.settings)]
}

/// As it is typed: somebody who crafted a plan may hope that it is copied into a shell.
fn word(text: &str) -> String {
    shell::quoted(&visible(text)).into_owned()
}

/// The flags that it was made with, and those that had an effect only.
fn settings(settings: &SavedSettings) -> String {
    let names = |flag: &str, names: &std::collections::BTreeSet<String>| {
        let joined: Vec<_> = names.iter().map(String::as_str).collect();
        (!names.is_empty()).then(|| format!("{flag} {}", word(&joined.join(","))))
    };
    let tags = settings.tags.iter();
    let tags = tags.map(|(key, value)| format!("{key}={value}")).collect();
    let flags = [
        names("--regions", &settings.regions),
        names("--exclude-region", &settings.exclude_region),
        names("--account", &settings.account),
        names("--not-account", &settings.not_account),
        names("--expected", &settings.expected),
        Some(format!("--role-name {}", word(&settings.role_name))),
        settings.prune.then(|| "--prune".to_owned()),
        settings.retry_failed.then(|| "--retry-failed".to_owned()),
        names("--tags", &tags),
        names("--packages", &settings.packages),
        settings.send_email.then(|| "--send-email".to_owned()),
        settings
            .message
            .as_ref()
            .map(|it| format!("--message {}", word(it))),
    ];
    let flags: Vec<_> = flags.into_iter().flatten().collect();
    format!("it is for {} with {}", settings.goal, flags.join(" "))
}
