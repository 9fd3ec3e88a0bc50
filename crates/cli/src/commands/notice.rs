//! What a plan says besides its steps: who hears of it, and whom settings leave out.

use std::collections::BTreeSet;

use fleet::account::Email;
use fleet::desired::Settings;
use fleet::expected::Exception;
use fleet::foreign::visible;
use fleet::report::{Action, RegionPlan};

/// The most exceptions that are shown one by one.
const MOST: usize = 20;

/// That AWS will send mail, to how many, and with which text.
pub(super) fn mail(settings: &Settings, regions: &[RegionPlan]) -> Option<String> {
    if !settings.send_email {
        return None;
    }
    let members = regions.iter().flat_map(|region| &region.members);
    let invited = members.filter(|it| matches!(it.action, Action::Invite | Action::Repair));
    let invited: Vec<_> = invited.map(|it| it.account_id).collect();
    let accounts: BTreeSet<_> = invited.iter().collect();
    if invited.is_empty() {
        return None;
    }
    let text = match &settings.message {
        Some(message) => format!("with this text: {}", visible(&Email::mask_in(message))),
        None => "without a text of yours".to_owned(),
    };
    Some(format!(
        "AWS will send mail to the root addresses of {} accounts, one for each account and Region, {} in all, {text}",
        accounts.len(),
        invited.len()
    ))
}

/// Whom `expected` leaves out.
pub(super) fn left_out(expected: &[Exception]) -> Option<String> {
    let shown: Vec<_> = expected
        .iter()
        .take(MOST)
        .map(Exception::to_string)
        .collect();
    let more = expected.len().saturating_sub(MOST);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let some = !shown.is_empty();
    some.then(|| {
        format!(
            "left out, as expected: {}{more}",
            visible(&shown.join(", "))
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::fixture;

    #[test]
    fn mail_is_announced_with_its_number_and_its_text() {
        let plan = fixture::plan(3, |n, _| match n {
            0 => (Action::Unchanged, None),
            _ => (Action::Invite, None),
        });
        let mails = 2 * plan.regions.len();
        let mut settings = Settings::default();
        assert_eq!(mail(&settings, &plan.regions), None);
        settings.send_email = true;
        settings.message = Some("Accept\u{1b} this: root@example.com".to_owned());
        let told = mail(&settings, &plan.regions).unwrap();
        let end = format!(
            "of 2 accounts, one for each account and Region, {mails} in all, with this text: Accept[U+001B] this: r***@example.com"
        );
        assert!(told.ends_with(&end), "{told}");
        let nobody = fixture::plan(3, |_, _| (Action::Unchanged, None));
        assert_eq!(mail(&settings, &nobody.regions), None);
    }

    #[test]
    fn who_is_left_out_is_named_up_to_twenty() {
        assert_eq!(left_out(&[]), None);
        let all: Vec<Exception> = (1..=22)
            .map(|n| format!("{n:012}/eu-south-1").parse().unwrap())
            .collect();
        let told = left_out(&all).unwrap();
        assert!(
            told.contains("000000000020/eu-south-1 and 2 more"),
            "{told}"
        );
    }
}
