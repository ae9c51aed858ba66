//! `derive(Trace)` and `derive(TraceField)`: how a payload shows the collector what it owns, field by field in order. The traits and
//! their promises are those of `instar-object`.
//!
//! A field that owns no value is marked `#[trace(skip)]`; a value in such a field is never collected, which leaks and does no harm.
//! The layout is the type parameter that is bounded by `Layout`, else `Active`; `#[trace(layout = Type)]` on the type says otherwise.
//!
//! ```
//! use instar_object::{Layout, Owned, Trace};
//! #[derive(Trace)]
//! struct Pair<L: Layout> {
//!     first: Owned<L>,
//!     second: Option<Owned<L>>,
//!     #[trace(skip)]
//!     hash: u64,
//! }
//! ```
//!
//! What others own, too, or what may be borrowed when the collector comes, does not compile:
//!
//! ```compile_fail,E0277
//! use instar_object::{Layout, Owned, Trace};
//! #[derive(Trace)]
//! struct Shared<L: Layout> {
//!     item: std::rc::Rc<Owned<L>>,
//! }
//! ```
//! ```compile_fail,E0277
//! use instar_object::{Layout, Owned, Trace};
//! #[derive(Trace)]
//! struct Shared<L: Layout> {
//!     item: std::sync::Arc<Owned<L>>,
//! }
//! ```
//! ```compile_fail,E0277
//! use instar_object::{Layout, Owned, Trace};
//! #[derive(Trace)]
//! struct Guarded<L: Layout> {
//!     item: std::cell::RefCell<Owned<L>>,
//! }
//! ```
//! A field that was forgotten does not, either:
//!
//! ```compile_fail,E0277
//! use instar_object::{Layout, Trace};
//! #[derive(Trace)]
//! struct Plain<L: Layout> {
//!     hash: u64,
//!     #[trace(skip)]
//!     layout: std::marker::PhantomData<L>,
//! }
//! ```
use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Field, Fields, GenericParam, Generics, Ident, Index, Result, Type, TypeParamBound, parse_macro_input, parse_quote};

/// Implements `instar_object::Trace`: see the crate's page.
#[proc_macro_derive(Trace, attributes(trace))]
pub fn derive_trace(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input as DeriveInput), "Trace", "trace", "clear").unwrap_or_else(Error::into_compile_error).into()
}

/// Implements `instar_object::TraceField`, for a type that is a field of payloads: see the crate's page.
#[proc_macro_derive(TraceField, attributes(trace))]
pub fn derive_trace_field(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input as DeriveInput), "TraceField", "trace_field", "clear_field").unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: DeriveInput, name: &str, trace: &str, clear: &str) -> Result<Tokens> {
    let [name, trace, clear] = [name, trace, clear].map(|text| format_ident!("{text}"));
    let parameter = layout_parameter(&input.generics);
    let layout = match (named_layout(&input)?, &parameter) {
        (Some(layout), _) => layout,
        (None, Some(parameter)) => parse_quote!(#parameter),
        (None, None) => parse_quote!(::instar_object::Active),
    };
    let (visits, clears) = bodies(&input.data, &layout)?;
    let mut generics = input.generics.clone();
    let others: Vec<Ident> = generics.type_params().map(|p| p.ident.clone()).filter(|p| Some(p) != parameter.as_ref()).collect();
    for other in others {
        generics.make_where_clause().predicates.push(parse_quote!(#other: ::instar_object::TraceField<#layout>));
    }
    let (implement, _, bounds) = generics.split_for_impl();
    let (_, arguments, _) = input.generics.split_for_impl();
    let this = &input.ident;
    Ok(quote! {
        // SAFETY: each field is visited once and visits what it owns (`TraceField`); a skipped one visits nothing.
        unsafe impl #implement ::instar_object::#name<#layout> for #this #arguments #bounds {
            #[allow(unused_variables)]
            fn #trace(&self, visit: &mut dyn FnMut(::instar_object::Word<#layout>)) { #visits }
            fn #clear(&mut self) { #clears }
        }
    })
}

/// What `#[trace(layout = Type)]` on the type says.
fn named_layout(input: &DeriveInput) -> Result<Option<Type>> {
    let mut layout = None;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("trace")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("layout") {
                return Err(meta.error("expected `layout = Type`"));
            }
            layout = Some(meta.value()?.parse()?);
            Ok(())
        })?;
    }
    Ok(layout)
}

/// The first type parameter that is bounded by a trait called `Layout`.
fn layout_parameter(generics: &Generics) -> Option<Ident> {
    let is_layout = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|s| s.ident == "Layout"));
    generics.params.iter().find_map(|parameter| match parameter {
        GenericParam::Type(parameter) if parameter.bounds.iter().any(is_layout) => Some(parameter.ident.clone()),
        _ => None,
    })
}

/// The bodies of the two methods.
fn bodies(data: &Data, layout: &Type) -> Result<(Tokens, Tokens)> {
    let visit = |place: Tokens| quote!(::instar_object::TraceField::<#layout>::trace_field(#place, visit););
    let clear = |place: Tokens| quote!(::instar_object::TraceField::<#layout>::clear_field(#place););
    match data {
        Data::Struct(data) => {
            let (mut visits, mut clears) = (Tokens::new(), Tokens::new());
            for (index, field) in data.fields.iter().enumerate() {
                if !skipped(field)? {
                    let name = match &field.ident {
                        Some(name) => quote!(#name),
                        None => {
                            let index = Index::from(index);
                            quote!(#index)
                        }
                    };
                    visits.extend(visit(quote!(&self.#name)));
                    clears.extend(clear(quote!(&mut self.#name)));
                }
            }
            Ok((visits, clears))
        }
        Data::Enum(data) => {
            let (mut visits, mut clears) = (Tokens::new(), Tokens::new());
            for variant in &data.variants {
                let name = &variant.ident;
                let (mut bound, mut visited, mut cleared) = (Tokens::new(), Tokens::new(), Tokens::new());
                for (index, field) in variant.fields.iter().enumerate() {
                    let place = format_ident!("field{index}");
                    let skip = skipped(field)?;
                    let pattern = if skip { quote!(_) } else { quote!(#place) };
                    match &field.ident {
                        Some(name) => bound.extend(quote!(#name: #pattern,)),
                        None => bound.extend(quote!(#pattern,)),
                    }
                    if !skip {
                        visited.extend(visit(quote!(#place)));
                        cleared.extend(clear(quote!(#place)));
                    }
                }
                let pattern = match variant.fields {
                    Fields::Named(_) => quote!(Self::#name { #bound }),
                    Fields::Unnamed(_) => quote!(Self::#name(#bound)),
                    Fields::Unit => quote!(Self::#name),
                };
                visits.extend(quote!(#pattern => { #visited }));
                clears.extend(quote!(#pattern => { #cleared }));
            }
            Ok((quote!(match self { #visits }), quote!(match self { #clears })))
        }
        Data::Union(data) => Err(Error::new(data.union_token.span, "a union does not say which of its fields owns")),
    }
}

/// Whether a field says `#[trace(skip)]`.
fn skipped(field: &Field) -> Result<bool> {
    let mut skip = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("trace")) {
        attribute.parse_nested_meta(|meta| {
            skip = meta.path.is_ident("skip");
            if skip { Ok(()) } else { Err(meta.error("expected `skip`")) }
        })?;
    }
    Ok(skip)
}
