//! Every switch of the sandbox, in each of its settings.

use std::collections::BTreeMap;

use conformance::Truths;
use conformance::question::{Needs, QUESTIONS};
use pretty_assertions::assert_eq;
use sandbox::World;

use super::stage::{EMAIL, MEMBER, found_in, graphs, stage_over, start, truths, world};

/// What else a world needs before a question can be told in it; what follows `--` is of the member.
fn needs(question: &str) -> &'static str {
    match question {
        "guardduty" => "--guardduty_off = true",
        "wrong_email_at_once" => "verification = '0s'",
        "recreated_graph" => "deletion = '30s'",
        "monitoring_without_room" | "disassociate_disabled" => "--gigabytes_per_day = 20_000.0",
        _ => "",
    }
}

fn setting(question: &str, answer: &str) -> String {
    format!("{question} = '{answer}'\n")
}

/// What is told of each question, the one apart.
fn without(truths: &Truths, question: &str) -> BTreeMap<String, String> {
    let mut others = truths.truths.clone();
    others.remove(question);
    others
}

#[tokio::test(start_paused = true)]
async fn each_answer_of_each_question_is_told_from_the_others() {
    for question in QUESTIONS {
        let mut before: Option<Truths> = None;
        for answer in question.answers {
            let text = world(needs(question.id), &setting(question.id, answer));
            let found = found_in(&start(&text)).await;
            assert_eq!(
                found.truths.get(question.id).map(String::as_str),
                Some(*answer),
                "{}: {found:#?}",
                question.id
            );
            assert_eq!(found.surprises, BTreeMap::new());
            // Nothing else is taken for it. Some questions hang on others, and are open then.
            if let Some(before) = &before {
                let (one, other) = (without(before, question.id), without(&found, question.id));
                let both = one.iter().filter(|(id, _)| other.contains_key(*id));
                for (id, answer) in both {
                    assert_eq!(Some(answer), other.get(id), "{id} with {}", question.id);
                }
            }
            before = Some(found);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_question_is_answered_or_says_why_not() {
    let found = found_in(&start(&world("", ""))).await;
    for question in QUESTIONS {
        let told = [&found.truths, &found.surprises, &found.open];
        let told = told.iter().filter(|it| it.contains_key(question.id));
        assert_eq!(told.count(), 1, "{}", question.id);
        if let Needs::More(why) = question.needs {
            assert_eq!(found.open[question.id], why);
        }
    }
    assert_eq!(found.accounts, 2);
    assert_eq!(found.measured["verification"], "10s");
    assert_eq!(found.measured["visibility"], "0s");
    assert_eq!(found.words["reasons"], "Account is already a member");
}

#[tokio::test(start_paused = true)]
async fn what_takes_time_is_measured() {
    let text = "deletion = '40s'\nvisibility = '7s'\nverification = '25s'";
    let found = found_in(&start(&world(text, "recreated_graph = 'conflict'"))).await;
    assert_eq!(found.measured["verification"], "25s");
    assert_eq!(found.measured["visibility"], "7s");
    assert_eq!(found.measured["deletion"], "40s");
}

/// A generator of settings: the same seed draws the same.
struct Lots(u64);

impl Lots {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_found_under_any_settings_is_so_and_the_file_makes_another_sandbox_like_it() {
    for seed in 0..16 {
        let mut lots = Lots(seed);
        let drawn: BTreeMap<&str, &str> = QUESTIONS
            .iter()
            .filter(|question| !question.answers.is_empty())
            .map(|question| {
                (
                    question.id,
                    question.answers[lots.below(question.answers.len())],
                )
            })
            .collect();
        let switches: String = drawn
            .iter()
            .map(|(id, answer)| setting(id, answer))
            .collect();
        let more = [
            "deletion = '20s'--guardduty_off = true",
            "deletion = '20s'--gigabytes_per_day = 20_000.0",
            "verification = '0s'",
        ][lots.below(3)];
        let found = found_in(&start(&world(more, &switches))).await;
        assert_eq!(found.surprises, BTreeMap::new(), "{seed}\n{switches}");
        for (id, answer) in &found.truths {
            // Without a queue, nothing is in it.
            if id != "recreated_graph" {
                assert_eq!(answer, drawn[id.as_str()], "{id} {seed}\n{switches}");
            }
        }
        let mut like_it = World::from_toml(&world(more, "")).unwrap();
        let differences = like_it.believe(&found.to_toml().unwrap()).unwrap();
        assert_eq!(differences, Vec::<String>::new());
        let sandbox = start(&toml::to_string(&like_it).unwrap());
        let again = found_in(&sandbox).await;
        let comparison = again.compare(&found);
        assert_eq!(comparison.differences, Vec::<String>::new());
        assert_eq!(comparison.untold, Vec::<String>::new(), "{seed}");
        assert_eq!(comparison.same, found.truths.len());
    }
}

#[tokio::test(start_paused = true)]
async fn one_account_is_asked_what_one_account_can_tell() {
    let sandbox = start(&world("", ""));
    let http = sandbox_connector::http_client(sandbox.clone());
    let stage = stage_over(&sandbox, http, false).await;
    let found = truths(&super::stage::ask(&stage, &sandbox).await.unwrap());
    assert_eq!((graphs(&sandbox), found.accounts), (0, 1));
    for question in QUESTIONS {
        let open = found.open.get(question.id).map(String::as_str);
        match question.needs {
            Needs::Member => {
                assert_eq!(open, Some("it takes a member: say --member-profile"));
            }
            // Whether it was too fast and whether GuardDuty is on depends on the world.
            Needs::Administrator if !matches!(question.id, "guardduty" | "throttling_error") => {
                assert_eq!(open, None, "{}", question.id);
            }
            Needs::Administrator | Needs::More(_) => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn guardduty_that_create_graph_wants_is_told_and_leaves_the_rest_open() {
    let text = "--[accounts.555555555555]\nguardduty_off = true";
    let sandbox = start(&world(text, "guardduty = 'needed'"));
    let stage = super::stage::stage(&sandbox).await;
    let asked = super::stage::ask(&stage, &sandbox).await.unwrap();
    assert!(asked.obstacle.is_some());
    let found = truths(&asked);
    assert_eq!(found.truths["guardduty"], "needed");
    assert_eq!(found.truths.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_file_names_no_account_no_address_and_no_arn() {
    let text = world("", "reasons = 'other'") + "\n[unkind]\nquoting_errors = true\n";
    let found = found_in(&start(&text)).await.to_toml().unwrap();
    for secret in [
        MEMBER,
        "555555555555",
        EMAIL,
        "root.user",
        "example.",
        "arn:",
        "@",
    ] {
        let hidden = found.to_lowercase().replace(&secret.to_lowercase(), "");
        assert_eq!(hidden, found.to_lowercase(), "{secret}");
    }
    // What was said is there all the same.
    assert!(
        found.contains("<e-mail>") && found.contains("<id>"),
        "{found}"
    );
}
