//! What is in a bucket, by the beginnings of keys, page by page.

use jiff::fmt::temporal::DateTimePrinter;

use super::object::Content;
use crate::call::Call;
use crate::state::State;
use crate::wire::{Answer, Element, Failure};

/// The most objects of a page (Amazon S3 API reference, ListObjectsV2).
const MOST: usize = 1_000;

/// The same where pages are short: S3 may give fewer than it could (same page), and a test has few objects.
const FEW: usize = 10;

/// Keys in their order, deleted ones left out. The token is the last key of the page before.
pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let (bucket, _) = super::place(call);
    let given = |name: &str| call.query(name).pop().unwrap_or_default();
    let (prefix, after) = (given("prefix"), given("continuation-token"));
    let most = match call.world.unkind.short_pages {
        true => FEW,
        false => MOST,
    };
    let size = call.page_size(most, &after);
    let here = state.objects.iter();
    let mut there = here.filter_map(|((of, key), object)| {
        let is_it = *of == bucket && key.starts_with(&prefix) && *key > after;
        is_it.then_some((key, object.content()?))
    });
    let page: Vec<_> = there.by_ref().take(size).collect();
    let token = there.next().and(page.last().map(|(key, _)| (*key).clone()));
    let mut children = vec![
        Element::text("Name", bucket),
        Element::text("Prefix", prefix),
        Element::text("KeyCount", page.len().to_string()),
        Element::text("IsTruncated", token.is_some().to_string()),
    ];
    children.extend(token.map(|key| Element::text("NextContinuationToken", key)));
    let entries = page.into_iter().map(|(key, content)| entry(key, content));
    children.extend(entries);
    let listed = Element::of("ListBucketResult", children);
    Ok(Answer::xml(
        &listed.in_namespace("http://s3.amazonaws.com/doc/2006-03-01/"),
    ))
}

fn entry(key: &str, content: &Content) -> Element {
    let written = DateTimePrinter::new().timestamp_to_string(&content.written);
    Element::of(
        "Contents",
        vec![
            Element::text("Key", key),
            Element::text("LastModified", written),
            Element::text("ETag", content.etag.clone()),
            Element::text("Size", content.body.len().to_string()),
        ],
    )
}
