//! What a state machine's definition says with paths and intrinsic functions (Amazon States Language).

use serde_json::{Map, Value, json};

/// What a path says of an input; `$$` is of the context.
pub(crate) fn get(path: &str, input: &Value, context: &Value) -> Option<Value> {
    let (document, rest) = match path.strip_prefix("$$") {
        Some(rest) => (context, rest),
        None => (input, path.strip_prefix('$')?),
    };
    let pointer = rest.replace(['.', '['], "/").replace(']', "");
    document.pointer(&pointer).cloned()
}

/// A template of parameters, filled in: names that end in `.$` have paths.
pub(crate) fn fill(template: &Value, input: &Value, context: &Value) -> Result<Value, String> {
    let Value::Object(members) = template else {
        return Ok(template.clone());
    };
    let mut filled = Map::new();
    for (name, value) in members {
        let (name, value) = match (name.strip_suffix(".$"), value) {
            (Some(name), Value::String(text)) => (name, evaluate(text, input, context)?),
            _ => (name.as_str(), fill(value, input, context)?),
        };
        filled.insert(name.to_owned(), value);
    }
    Ok(Value::Object(filled))
}

fn evaluate(text: &str, input: &Value, context: &Value) -> Result<Value, String> {
    let Some(call) = text.strip_prefix("States.") else {
        return get(text, input, context).ok_or_else(|| format!("{text} is not in the input"));
    };
    let (name, arguments) = call.split_once('(').unwrap();
    let arguments = arguments.strip_suffix(')').unwrap();
    match name {
        // One for each execution will do.
        "UUID" => Ok(json!("00000000-0000-4000-8000-000000000001")),
        "MathAdd" => {
            let (path, more) = arguments.split_once(", ").unwrap();
            let number = evaluate(path, input, context)?.as_i64().unwrap();
            Ok(json!(number + more.parse::<i64>().unwrap()))
        }
        "Format" => {
            let (form, values) = arguments[1..].split_once("', ").unwrap();
            values.split(", ").try_fold(json!(form), |text, path| {
                let value = evaluate(path, input, context)?;
                let value = value.as_str().map_or(value.to_string(), str::to_owned);
                Ok(json!(text.as_str().unwrap().replacen("{}", &value, 1)))
            })
        }
        other => panic!("States.{other} is not known here"),
    }
}

/// Puts a result where a path says.
pub(crate) fn put(path: &str, input: Value, result: Value) -> Value {
    let names: Vec<_> = path.trim_start_matches('$').split('.').skip(1).collect();
    if names.is_empty() {
        return result;
    }
    let mut output = input;
    let mut place = &mut output;
    for name in names {
        place = &mut place[name];
    }
    *place = result;
    output
}

/// Whether a rule of a Choice is met.
pub(crate) fn holds(rule: &Value, input: &Value, context: &Value) -> bool {
    let all = |name: &str| rule[name].as_array();
    if let Some(rules) = all("And") {
        return rules.iter().all(|rule| holds(rule, input, context));
    }
    if let Some(rules) = all("Or") {
        return rules.iter().any(|rule| holds(rule, input, context));
    }
    if rule["Not"].is_object() {
        return !holds(&rule["Not"], input, context);
    }
    let found = get(rule["Variable"].as_str().unwrap(), input, context);
    let member = |name: &str| rule.get(name);
    if let Some(wanted) = member("IsPresent") {
        return Some(found.is_some()) == wanted.as_bool();
    }
    let found = found.unwrap_or_default();
    let number = found.as_f64();
    if let Some(wanted) = member("StringEquals").or(member("BooleanEquals")) {
        found == *wanted
    } else if let Some(most) = member("NumericLessThan") {
        number < most.as_f64()
    } else {
        panic!("{rule} is not known here")
    }
}
