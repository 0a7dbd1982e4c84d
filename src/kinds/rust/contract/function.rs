//! Signatures: which types can be serialised, and how a signature is printed.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::token::Paren;
use syn::{GenericParam, ReturnType, Signature, Type, TypeTuple};

use super::{ContractError, Function, fault};

const MOST_PARAMETERS: usize = 6;

/// Reads a signature. With `wire` set, every type in it must be serialisable.
pub(super) fn read(signature: &Signature, wire: bool) -> Result<Function, ContractError> {
    let parameters = parameters(signature)?;
    let result = match &signature.output {
        ReturnType::Default => nothing(),
        ReturnType::Type(_, result) => (**result).clone(),
    };
    if wire {
        check_signature(signature)?;
        parameters.iter().try_for_each(|(_, ty)| check_wire(ty))?;
        check_wire(&result)?;
    }
    let generics = written(&signature.generics);
    let bound = if generics.is_empty() {
        String::new()
    } else {
        format!("for{generics} ")
    };
    let types: Vec<_> = parameters.iter().map(|(_, ty)| written(ty)).collect();
    Ok(Function {
        name: signature.ident.to_string(),
        signature: written(signature),
        pointer: format!("{bound}fn({}) -> {}", types.join(", "), written(&result)),
        static_parameters: parameters
            .iter()
            .map(|(_, ty)| written_static(ty))
            .collect(),
        parameters: parameters
            .into_iter()
            .map(|(name, _)| name)
            .zip(types)
            .collect(),
        generics,
        static_result: written_static(&result),
        result: written(&result),
        line: signature.ident.span().start().line,
    })
}

/// The type `()`.
fn nothing() -> Type {
    Type::Tuple(TypeTuple {
        attrs: Vec::new(),
        paren_token: Paren::default(),
        elems: Punctuated::new(),
    })
}

fn parameters(signature: &Signature) -> Result<Vec<(String, &Type)>, ContractError> {
    let named = signature
        .inputs
        .iter()
        .enumerate()
        .map(|(index, input)| match input {
            syn::FnArg::Typed(input) => match &*input.pat {
                syn::Pat::Ident(name) => Ok((name.ident.to_string(), &*input.ty)),
                _ => Ok((format!("argument_{index}"), &*input.ty)),
            },
            syn::FnArg::Receiver(_) => Err(fault(
                signature.ident.span().start().line,
                "`self` in a contract",
            )),
        });
    named.collect()
}

/// Rejects a signature that cannot be called across processes, whatever its types.
fn check_signature(signature: &Signature) -> Result<(), ContractError> {
    let line = signature.ident.span().start().line;
    if signature.inputs.len() > MOST_PARAMETERS {
        return Err(fault(
            line,
            "more than six parameters cannot cross to another process",
        ));
    }
    let mut parameters = signature.generics.params.iter();
    if parameters.any(|parameter| !matches!(parameter, GenericParam::Lifetime(_))) {
        let message = "a generic function cannot be called across processes; write a `bridge.rs`";
        return Err(fault(line, message));
    }
    Ok(())
}

/// Rejects types that cannot be serialised.
fn check_wire(ty: &Type) -> Result<(), ContractError> {
    let line = ty.span().start().line;
    let refused = |what: &str| {
        fault(
            line,
            format!(
                "{what} cannot cross to another process; write a `bridge.rs`, or set `judge = \"linked\"`"
            ),
        )
    };
    match ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            Err(refused("a mutable reference"))
        }
        Type::Reference(reference) => check_wire(&reference.elem),
        Type::Tuple(tuple) => tuple.elems.iter().try_for_each(check_wire),
        Type::Array(array) => check_wire(&array.elem),
        Type::Slice(slice) => check_wire(&slice.elem),
        Type::Paren(inner) => check_wire(&inner.elem),
        Type::Path(path) => {
            path.path
                .segments
                .iter()
                .try_for_each(|segment| match &segment.arguments {
                    syn::PathArguments::AngleBracketed(arguments) => arguments
                        .args
                        .iter()
                        .try_for_each(|argument| match argument {
                            syn::GenericArgument::Type(ty) => check_wire(ty),
                            _ => Ok(()),
                        }),
                    _ => Ok(()),
                })
        }
        Type::ImplTrait(_) => Err(refused("`impl Trait`")),
        Type::TraitObject(_) => Err(refused("a trait object")),
        Type::Ptr(_) => Err(refused("a pointer")),
        _ => Err(refused("this type")),
    }
}

/// Makes every reference `'static`.
fn made_static(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                out.extend([TokenTree::Punct(punct)]);
                skip_lifetime(&mut tokens);
                out.extend(quote!('static));
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                tokens.next();
                out.extend(quote!('static));
            }
            TokenTree::Group(group) => {
                let inner = made_static(group.stream());
                out.extend([TokenTree::Group(proc_macro2::Group::new(
                    group.delimiter(),
                    inner,
                ))]);
            }
            other => out.extend([other]),
        }
    }
    out
}

fn skip_lifetime(tokens: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>) {
    let is_lifetime =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'');
    if tokens.peek().is_some_and(is_lifetime) {
        tokens.next();
        tokens.next();
    }
}

fn written_static(tokens: &impl ToTokens) -> String {
    text(&made_static(tokens.to_token_stream()))
}

fn written(tokens: &impl ToTokens) -> String {
    text(&tokens.to_token_stream())
}

/// Formats tokens roughly as rustfmt would.
fn text(tokens: &TokenStream) -> String {
    let spaced = tokens.to_string();
    let mut text = spaced
        .replace(" ,", ",")
        .replace(" :: ", "::")
        .replace(" < ", "<")
        .replace("& ", "&");
    for (from, to) in [
        (" >", ">"),
        ("< ", "<"),
        (" (", "("),
        (" :", ":"),
        (" <", "<"),
        ("- >", "->"),
        ("-> (", "-> ("),
    ] {
        text = text.replace(from, to);
    }
    text.replace("->", " -> ")
        .replace("  ->", " ->")
        .replace("->  ", "-> ")
        .replace(",)", ")")
        .trim()
        .to_owned()
}
