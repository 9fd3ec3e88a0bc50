//! What the sandbox's own page says of its state, read without any code of the product.

use std::collections::BTreeMap;

use sandbox::Sandbox;
use serde_json::Value;

/// All behavior graphs, by Region and administrator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading(pub(crate) BTreeMap<(String, String), Graph>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Graph {
    pub(crate) arn: String,
    pub(crate) members: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) status: String,
    pub(crate) email: String,
}

impl Reading {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let state = sandbox.state();
        let mut graphs = BTreeMap::new();
        for (region, here) in state["regions"].as_object().into_iter().flatten() {
            for graph in here.as_array().into_iter().flatten() {
                let administrator = text(&graph["administrator"]);
                graphs.insert((region.clone(), administrator), Graph::of(graph));
            }
        }
        Self(graphs)
    }

    pub(crate) fn graph(&self, region: &str, administrator: &str) -> Option<&Graph> {
        self.0.get(&(region.to_owned(), administrator.to_owned()))
    }

    pub(crate) fn entry(&self, region: &str, administrator: &str, account: &str) -> Option<&Entry> {
        self.graph(region, administrator)?.members.get(account)
    }
}

impl Graph {
    fn of(graph: &Value) -> Self {
        let members = graph["members"].as_object().into_iter().flatten();
        Self {
            arn: text(&graph["arn"]),
            members: members
                .map(|(account, entry)| {
                    (
                        account.clone(),
                        Entry::of(&entry["status"], &entry["email"]),
                    )
                })
                .collect(),
        }
    }
}

impl Entry {
    pub(crate) fn of(status: &Value, email: &Value) -> Self {
        Self {
            status: text(status),
            email: text(email),
        }
    }

    pub(crate) fn has_email(&self, email: &str) -> bool {
        self.email.eq_ignore_ascii_case(email)
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
