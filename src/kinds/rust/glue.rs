//! Generates Rust: the crate `contract`, the stub crate and the dispatcher.

use std::fmt::Write as _;

use super::contract::{Contract, Function, Given, Members, Shape};

/// The crate `contract`: the contract's types, with impls that serialise them.
pub(crate) fn contract_crate(contract: &Contract) -> String {
    let mut source = contract.types_source.clone();
    for given in &contract.types {
        source.push_str(&wire_impls(given));
    }
    source
}

/// The stub crate: the contract's functions, as calls to another process. Those of a bridge are in its
/// module `bridge`.
pub(crate) fn stub_crate(functions: &[Function], has_types: bool, bridged: bool) -> String {
    let mut body = String::new();
    if has_types {
        body.push_str("#[allow(unused_imports)]\nuse ::contract::*;\n");
    }
    body.push_str(
        "#[allow(unused_imports)]\nuse ::std::{collections::*, net::*, time::Duration};\n",
    );
    for (index, function) in functions.iter().enumerate() {
        body.push_str(&stub_function(index, function));
    }
    if bridged {
        format!("pub mod bridge {{\n{body}}}\n")
    } else {
        body
    }
}

fn stub_function(index: usize, function: &Function) -> String {
    let Function {
        name,
        generics,
        parameters,
        result,
        static_parameters,
        static_result,
        ..
    } = function;
    let declared: Vec<_> = parameters
        .iter()
        .map(|(name, ty)| format!("{name}: {ty}"))
        .collect();
    let names: Vec<_> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    format!(
        "pub fn {name}{generics}({}) -> {result} {{\n    ::gradus_rt::stub::call::<_, {}, {static_result}>({index}, {name:?}, &{})\n}}\n",
        declared.join(", "),
        tuple(static_parameters),
        tuple(&names),
    )
}

/// The line, from 1, of the dispatcher's source that binds the function `index`.
pub(crate) fn dispatcher_line(index: usize) -> usize {
    index + 3
}

/// The dispatcher of the crate `learner`. It binds each function of `present` by name to a const of its
/// pointer type, one a line, so that the line of an error names the function. A bridge without any present
/// function is left out: it would not compile against the learner's crate.
pub(crate) fn dispatcher(
    learner: &str,
    functions: &[Function],
    has_types: bool,
    present: &[bool],
    bridge: Option<&str>,
) -> String {
    let types = if has_types { "use ::contract::*; " } else { "" };
    let mut source = format!(
        "#![allow(unused_imports, dead_code, clippy::all)]\n{types}use ::std::{{collections::*, net::*, time::Duration}};\n"
    );
    let module = if bridge.is_some() {
        "bridge".to_owned()
    } else {
        format!("::{learner}")
    };
    for (index, function) in functions.iter().enumerate() {
        if present[index] {
            writeln!(
                source,
                "const F{index}: {} = {module}::{};",
                function.pointer, function.name
            )
            .expect("a string takes it");
        } else {
            source.push('\n');
        }
    }
    source.push_str("fn main() { ::gradus_rt::dispatcher::serve(&[");
    for (index, function) in functions.iter().enumerate() {
        let entry = if present[index] {
            dispatch_entry(&format!("F{index}"), function)
        } else {
            "None, ".to_owned()
        };
        source.push_str(&entry);
    }
    source.push_str("]) }\n");
    if let Some(bridge) = bridge.filter(|_| present.contains(&true)) {
        writeln!(source, "mod bridge {{ #![allow(warnings)]\n{bridge}\n}}")
            .expect("a string takes it");
    }
    source
}

/// The crate that answers calls of a program. Its function `serve` takes the functions of the contract.
pub(crate) fn answers_crate(functions: &[Function], has_types: bool) -> String {
    let types = if has_types { "use ::contract::*; " } else { "" };
    let mut source = format!(
        "#![allow(unused_imports, clippy::all)]\n{types}use ::std::{{collections::*, net::*, sync::OnceLock, time::Duration}};\n"
    );
    let mut parameters = String::new();
    let mut body = String::new();
    for (index, function) in functions.iter().enumerate() {
        let pointer = &function.pointer;
        writeln!(
            source,
            "static F{index}: OnceLock<{pointer}> = OnceLock::new();"
        )
        .expect("a string takes it");
        write!(parameters, "f{index}: {pointer}, ").expect("a string takes it");
        write!(body, "F{index}.set(f{index}).ok(); ").expect("a string takes it");
    }
    let entries: String = functions
        .iter()
        .enumerate()
        .map(|(index, function)| dispatch_entry(&format!("F{index}.get()?"), function))
        .collect();
    writeln!(
        source,
        "pub fn serve({parameters}) {{ {body}::gradus_rt::dispatcher::serve(&[{entries}]) }}"
    )
    .expect("a string takes it");
    source
}

/// The last line of a learner's root file that makes a program of it: it hands the functions of the contract to
/// the crate `answers`. They are re-exported, so that one that is not `pub` is an error; `vec`, a module and a
/// macro, occupies its name otherwise, so that nothing else of this name can be what is `pub`.
pub(crate) fn main_line(answers: &str, functions: &[Function], has_types: bool) -> String {
    let types = if has_types { "use ::contract::*; " } else { "" };
    let mut items = String::new();
    let mut handed = String::new();
    for (index, Function { pointer, name, .. }) in functions.iter().enumerate() {
        write!(
            items,
            "pub use crate::{name}; use ::std::vec as {name}; const F{index}: {pointer} = {name}; "
        )
        .expect("a string takes it");
        write!(handed, "F{index}, ").expect("a string takes it");
    }
    format!(
        "#[allow(warnings)] mod {answers} {{ {types}use ::std::{{collections::*, net::*, time::Duration}}; {items}pub fn main() {{ ::{answers}::serve({handed}) }} }} fn main() {{ {answers}::main() }}\n"
    )
}

/// The entry of `function` in a table of answers; `callee` is an expression for its pointer.
fn dispatch_entry(callee: &str, function: &Function) -> String {
    let names: Vec<_> = (0..function.parameters.len())
        .map(|index| format!("a{index}"))
        .collect();
    format!(
        "Some(|b, o| {{ let {} = ::gradus_rt::dispatcher::arguments::<{}>(b)?; ::gradus_rt::dispatcher::result(({callee})({}), o) }}), ",
        tuple(&names),
        tuple(&function.static_parameters),
        names.join(", "),
    )
}

fn tuple<T: AsRef<str>>(parts: &[T]) -> String {
    let mut text = String::from("(");
    for part in parts {
        text.push_str(part.as_ref());
        text.push_str(", ");
    }
    text.truncate(text.trim_end_matches([' ', ',']).len());
    if parts.len() == 1 {
        text.push(',');
    }
    text.push(')');
    text
}

fn wire_impls(given: &Given) -> String {
    let Given { name, shape } = given;
    let (put, get) = match shape {
        Shape::Struct(members) => {
            let pattern = pattern(members);
            (
                format!("let Self{pattern} = self; {}", puts(members)),
                format!("Some(Self{})", gets(members)),
            )
        }
        Shape::Enum(variants) => {
            let mut put = String::from("match self { ");
            let mut get = String::from("match <u8 as ::gradus_rt::Get>::get(bytes)? { ");
            for (index, (variant, members)) in variants.iter().enumerate() {
                let (pattern, puts, gets) = (pattern(members), puts(members), gets(members));
                write!(
                    put,
                    "Self::{variant}{pattern} => {{ out.push({index}u8); {puts} }} "
                )
                .expect("a string takes it");
                write!(get, "{index}u8 => Some(Self::{variant}{gets}), ")
                    .expect("a string takes it");
            }
            (put + "}", get + "_ => None }")
        }
    };
    format!(
        "#[automatically_derived] impl ::gradus_rt::Put for {name} {{ fn put(&self, out: &mut ::std::vec::Vec<u8>) {{ {put} }} }}\n\
         #[automatically_derived] impl ::gradus_rt::Get for {name} {{ fn get(bytes: &mut &'static [u8]) -> ::std::option::Option<Self> {{ {get} }} }}\n"
    )
}

fn names(members: &Members) -> Vec<String> {
    match members {
        Members::Unit => Vec::new(),
        Members::Tuple(count) => (0..*count).map(|index| format!("m{index}")).collect(),
        Members::Named(names) => names.clone(),
    }
}

fn pattern(members: &Members) -> String {
    let names = names(members).join(", ");
    match members {
        Members::Unit => String::new(),
        Members::Tuple(_) => format!("({names})"),
        Members::Named(_) => format!(" {{ {names} }}"),
    }
}

fn puts(members: &Members) -> String {
    names(members).iter().fold(String::new(), |mut puts, name| {
        write!(puts, "::gradus_rt::Put::put({name}, out); ").expect("a string takes it");
        puts
    })
}

fn gets(members: &Members) -> String {
    let get = "::gradus_rt::Get::get(bytes)?";
    match members {
        Members::Unit => String::new(),
        Members::Tuple(count) => format!("({})", vec![get; *count].join(", ")),
        Members::Named(names) => {
            let fields: Vec<_> = names.iter().map(|name| format!("{name}: {get}")).collect();
            format!(" {{ {} }}", fields.join(", "))
        }
    }
}
