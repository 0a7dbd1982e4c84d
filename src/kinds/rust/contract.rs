//! A contract: the signatures a learner's crate must have, and the types the course gives.

mod function;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::{Fields, ForeignItemFn, Item};

#[derive(Debug, Clone, Default)]
pub(crate) struct Contract {
    /// The functions, in file order.
    pub functions: Vec<Function>,
    /// The types the course provides, in file order.
    pub types: Vec<Given>,
    /// Their source, which becomes the crate `contract`.
    pub types_source: String,
}

/// A function of a contract, or of a bridge.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub name: String,
    pub signature: String,
    /// Its type as a function pointer.
    pub pointer: String,
    /// Names and types.
    pub parameters: Vec<(String, String)>,
    /// The types of the parameters with every reference made `'static`.
    pub static_parameters: Vec<String>,
    /// The lifetime parameters, such as `<'a>`, or empty.
    pub generics: String,
    pub result: String,
    /// The result with every reference made `'static`.
    pub static_result: String,
    /// The line in its file, from 1.
    pub line: usize,
}

/// A type that the course provides.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub name: String,
    pub shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Struct(Members),
    Enum(Vec<(String, Members)>),
}

#[derive(Debug, Clone)]
pub(crate) enum Members {
    Unit,
    /// The number of unnamed fields.
    Tuple(usize),
    Named(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ContractError {
    /// The line, from 1.
    pub line: usize,
    pub message: String,
}

impl From<syn::Error> for ContractError {
    fn from(error: syn::Error) -> Self {
        Self {
            line: error.span().start().line,
            message: error.to_string(),
        }
    }
}

/// Reads a contract. With `wire` unset its functions may take types that cannot be serialised: a bridge
/// calls them.
///
/// # Errors
/// Fails at the first item that a contract must not have.
pub(crate) fn parse(source: &str, wire: bool) -> Result<Contract, ContractError> {
    let file = syn::parse_file(source)?;
    let mut contract = Contract::default();
    let mut items = TokenStream::new();
    for item in file.items {
        let line = item.span().start().line;
        match &item {
            Item::Verbatim(tokens) => {
                let function: ForeignItemFn = syn::parse2(tokens.clone())?;
                contract
                    .functions
                    .push(function::read(&function.sig, wire)?);
                continue;
            }
            Item::Struct(item) => contract.types.push(Given {
                name: plain(&item.ident, &item.generics)?,
                shape: Shape::Struct(members(&item.fields)),
            }),
            Item::Enum(item) => {
                let variants = item
                    .variants
                    .iter()
                    .map(|v| (v.ident.to_string(), members(&v.fields)));
                let shape = Shape::Enum(variants.collect());
                contract.types.push(Given {
                    name: plain(&item.ident, &item.generics)?,
                    shape,
                });
            }
            Item::Use(_) | Item::Const(_) | Item::Impl(_) | Item::Type(_) => {}
            Item::Fn(function) => {
                return Err(fault(
                    function.sig.ident.span().start().line,
                    "a contract's functions have no body: end them with `;`",
                ));
            }
            _ => {
                return Err(fault(
                    line,
                    "a contract holds functions without bodies, structs, enums and constants",
                ));
            }
        }
        item.to_tokens(&mut items);
    }
    if contract.functions.is_empty() {
        return Err(fault(
            1,
            "no function: a contract names at least one, such as `pub fn f(a: i64) -> i64;`",
        ));
    }
    contract.types_source = if contract.types.is_empty() {
        String::new()
    } else {
        without_functions(source)
    };
    Ok(contract)
}

/// Reads the functions of a bridge: its public functions have bodies, and only types that can be serialised.
pub(crate) fn parse_bridge(source: &str) -> Result<Vec<Function>, ContractError> {
    let file = syn::parse_file(source)?;
    let public = file.items.iter().filter_map(|item| match item {
        Item::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => {
            Some(&function.sig)
        }
        _ => None,
    });
    public
        .map(|signature| function::read(signature, true))
        .collect()
}

fn fault(line: usize, message: impl Into<String>) -> ContractError {
    ContractError {
        line,
        message: message.into(),
    }
}

fn plain(name: &syn::Ident, generics: &syn::Generics) -> Result<String, ContractError> {
    if generics.params.is_empty() {
        return Ok(name.to_string());
    }
    Err(fault(
        name.span().start().line,
        format!("`{name}` has parameters; a contract's types have none"),
    ))
}

fn members(fields: &Fields) -> Members {
    match fields {
        Fields::Unit => Members::Unit,
        Fields::Unnamed(fields) => Members::Tuple(fields.unnamed.len()),
        Fields::Named(fields) => Members::Named(
            fields
                .named
                .iter()
                .filter_map(|field| field.ident.as_ref())
                .map(ToString::to_string)
                .collect(),
        ),
    }
}

/// Blanks out the functions of a contract, so that the rest compiles and keeps its line numbers.
fn without_functions(source: &str) -> String {
    let Ok(file) = syn::parse_file(source) else {
        return source.to_owned();
    };
    let mut lines: Vec<&str> = source.lines().collect();
    for item in &file.items {
        if matches!(item, Item::Verbatim(_)) {
            let (start, end) = (item.span().start().line, item.span().end().line);
            lines[start - 1..end].fill("");
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_read_with_its_types() {
        let contract = parse(
            "/// Doc.\npub fn safe_divide(a: i64, b: i64) -> Option<i64>;\n",
            true,
        )
        .unwrap();
        let function = &contract.functions[0];
        assert_eq!(function.pointer, "fn(i64, i64) -> Option<i64>");
        assert_eq!(
            function.signature,
            "fn safe_divide(a: i64, b: i64) -> Option<i64>"
        );
        assert_eq!(contract.types_source, "");
    }

    #[test]
    fn references_become_static_on_the_wire() {
        let contract = parse(
            "pub fn f<'a>(a: &'a str, b: &[&str]) -> Option<&'a str>;",
            true,
        )
        .unwrap();
        let function = &contract.functions[0];
        assert_eq!(
            function.static_parameters,
            ["&'static str", "&'static [&'static str]"]
        );
        assert_eq!(function.static_result, "Option<&'static str>");
        assert_eq!(
            function.pointer,
            "for<'a> fn(&'a str, &[&str]) -> Option<&'a str>"
        );
    }

    #[test]
    fn what_cannot_cross_is_refused_with_its_line() {
        let error = parse("pub fn ok(a: i64);\npub fn f(g: &mut dyn FnMut());", true).unwrap_err();
        assert_eq!(error.line, 2);
        assert!(parse("pub fn f(g: &mut dyn FnMut());", false).is_ok());
        assert!(parse("pub fn f() {}", true).is_err());
    }

    #[test]
    fn types_keep_their_lines() {
        let source = "use std::fmt;\n/// D.\npub fn f(a: Hop) -> Hop;\n/// H.\n#[derive(Debug)]\npub enum Hop { A, B(u8), C { d: u8 } }\n";
        let contract = parse(source, true).unwrap();
        assert_eq!(contract.types.len(), 1);
        assert_eq!(contract.types_source.lines().nth(5), source.lines().nth(5));
        assert!(!contract.types_source.contains("fn f"));
    }
}
