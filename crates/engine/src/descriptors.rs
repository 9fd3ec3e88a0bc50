//! How many sockets this process may have: each connection is one, and each Region is a host of its own.

use crate::lookup::LOOKUPS;

/// What a run is content with, however many more are allowed: programs that are started, such as those
/// that hand out credentials, inherit the limit, and some go through all numbers below it.
const ENOUGH: u64 = 4096;

/// Kept for files: reports, a journal, configuration, and what programs that hand out credentials need.
const FILES: usize = 24;

/// The hosts of a run: 21 Regions, STS, the Account service, and one to spare.
const HOSTS: usize = 24;

/// How many requests may be under way at one time, and how many connections wait for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The most requests at one time.
    pub requests: usize,
    /// The most connections to one host that nobody uses.
    pub idle_per_host: usize,
}

/// Raises the limit on open files as far as that is allowed and of use (`ulimit -n`: 256 on a laptop,
/// 1,024 in Lambda, where it cannot be raised), and shares what is left.
///
/// `here` says that the other end of each connection is in this process as well.
#[must_use]
pub fn share(wanted: usize, here: bool) -> Share {
    let left = limit().map_or(usize::MAX, |limit| limit.saturating_sub(in_use()));
    let left = left.saturating_sub(FILES + 3 * LOOKUPS);
    let share = divide(wanted, if here { left / 2 } else { left });
    if share.requests < wanted {
        tracing::debug!(
            "no more than {} requests at one time, in place of {wanted}: this process may not open more files (ulimit -n)",
            share.requests
        );
    }
    share
}

/// Of what is left, three quarters are for requests. A connection that is begun while another becomes
/// free is there beside it for a moment, and one to each host may wait, where there is room for that.
fn divide(wanted: usize, left: usize) -> Share {
    let requests = (left / 4 * 3).saturating_sub(HOSTS).clamp(1, wanted.max(1));
    let idle = left.saturating_sub(requests + requests / 4) / HOSTS;
    Share {
        requests,
        // More than this is never of use: what is under way is spread over the Regions.
        idle_per_host: idle.min(16),
    }
}

#[cfg(unix)]
fn limit() -> Option<usize> {
    let (soft, hard) = rlimit::Resource::NOFILE.get().ok()?;
    let soft = match soft < ENOUGH.min(hard) {
        true => rlimit::increase_nofile_limit(ENOUGH).unwrap_or(soft),
        false => soft,
    };
    usize::try_from(soft).ok()
}

/// A socket is no file there, and has no limit of this kind.
#[cfg(not(unix))]
fn limit() -> Option<usize> {
    None
}

/// What is open already; a guess where the system does not tell.
fn in_use() -> usize {
    std::fs::read_dir("/dev/fd").map_or(16, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_enough_for_what_is_under_way_and_what_waits() {
        for left in [100, 200, 980, 4000] {
            let Share {
                requests,
                idle_per_host,
            } = divide(256, left);
            assert!(requests + HOSTS * idle_per_host <= left, "{left}");
        }
    }

    #[test]
    fn a_lambda_and_a_raised_limit_have_all_that_is_wanted() {
        assert_eq!(divide(256, 900).requests, 256);
        assert_eq!(
            divide(256, usize::MAX),
            Share {
                requests: 256,
                idle_per_host: 16
            }
        );
    }

    #[test]
    fn one_request_is_always_allowed() {
        assert_eq!(
            divide(256, 0),
            Share {
                requests: 1,
                idle_per_host: 0
            }
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_limit_is_raised_where_that_is_allowed() {
        let (_, hard) = rlimit::Resource::NOFILE.get().unwrap();
        assert!(limit().unwrap() as u64 >= ENOUGH.min(hard));
    }
}
