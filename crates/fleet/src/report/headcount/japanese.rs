//! The verdict in Japanese.

use super::{Aim, Headcount};
use crate::account::Region;
use crate::report::number;

/// What failed as a whole, what was reached, what needs action, and what waits.
pub(super) fn sentences(count: &Headcount, aim: Aim) -> [Option<String>; 4] {
    [
        lost(count, aim),
        reached(count, aim),
        action(count),
        waiting(count, aim),
    ]
}

fn lost(count: &Headcount, aim: Aim) -> Option<String> {
    let what = match aim {
        Aim::Status => "読み取れませんでした。",
        Aim::Enable | Aim::Disable => "全体として失敗しました。",
    };
    let regions = &count.lost_regions;
    match regions.len() as u64 {
        0 => None,
        1 | 2 => {
            let names: Vec<_> = regions.iter().map(Region::as_str).collect();
            Some(format!("{} は{what}", names.join(" と ")))
        }
        n => Some(format!("{} リージョンは{what}", number(n))),
    }
}

fn reached(count: &Headcount, aim: Aim) -> Option<String> {
    let on = match aim {
        Aim::Disable => "外れています",
        Aim::Enable | Aim::Status => "有効です",
    };
    let is_lost = !count.lost_regions.is_empty();
    if count.known() == 0 {
        return (!is_lost).then(|| "対象のアカウントはありません。".to_owned());
    }
    let (all, some) = (number(count.accounts), number(count.as_wanted));
    let who = match (count.accounts, count.as_wanted) {
        (1, 1) => "1 アカウント".to_owned(),
        (n, m) if n == m => format!("{all} アカウントすべて"),
        (_, _) => format!("{all} アカウント中 {some} アカウント"),
    };
    Some(match is_lost {
        true => format!("それ以外では、{who}が{on}。"),
        false => format!("{who}が、全リージョンで{on}。"),
    })
}

fn action(count: &Headcount) -> Option<String> {
    let causes = match count.causes {
        0 => String::new(),
        n => format!(" (原因は {} 件)", number(n)),
    };
    match count.need_action {
        0 => None,
        n => Some(format!(
            "{} アカウントに対応が必要です{causes}。",
            number(n)
        )),
    }
}

fn waiting(count: &Headcount, aim: Aim) -> Option<String> {
    if count.waiting == 0 {
        return None;
    }
    let n = number(count.waiting);
    Some(match aim {
        Aim::Status => {
            format!("{n} アカウントは途中の状態です。`enable` を実行すると続きが行われます。")
        }
        Aim::Enable | Aim::Disable => format!("{n} アカウントは AWS の処理を待っています。"),
    })
}
