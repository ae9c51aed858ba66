//! `layout` and `layouts`: which of the views is asked for, and from what binary.

use std::path::Path;

use crate::build::{self, Source};
use crate::error::{LabError, Result, at_path};
use crate::fingerprint::PROFILES;
use crate::progress::Progress;
use crate::variants::Variants;
use crate::workspace::{Workspace, write_whole};
use crate::{LayoutArgs, census, layout, layout_all, layout_heap, layout_page};

/// `layout`.
///
/// # Errors
/// When there is no such type, or the program or the binary fails.
pub fn layout(workspace: &Workspace, arguments: &LayoutArgs) -> Result<bool> {
    let program = Path::new(&arguments.target);
    if program.extension().is_none_or(|extension| extension != "py") {
        if arguments.all {
            layout_all::print(workspace, &arguments.target, arguments.attrs)?;
        } else {
            layout::print(&arguments.target, arguments.attrs, &arguments.layout)?;
        }
        return Ok(true);
    }
    if arguments.all || arguments.attrs.is_some() {
        return Err(LabError::Usage("--all and --attrs are for types, not for programs".into()));
    }
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => {
            let variants = Variants::load(workspace)?;
            let variant = variants.get(arguments.variant.as_deref().unwrap_or(&variants.base))?.clone();
            let source = Source::Cargo { profile: PROFILES[0].into() };
            build::obtain(workspace, &source, &variant, false, &Progress::detect())?.path
        }
    };
    let binary = at_path(&binary, binary.canonicalize())?;
    let program = at_path(program, program.canonicalize())?;
    layout_heap::print(&binary, &program, &arguments.arguments, &workspace.lab())?;
    Ok(true)
}

/// `layouts`.
///
/// # Errors
/// When the binary has no answer or a file cannot be written.
pub fn layouts(workspace: &Workspace, from: Option<&Path>) -> Result<bool> {
    let kept = workspace.path("experiments/types.json");
    if let Some(binary) = from {
        let binary = at_path(binary, binary.canonicalize())?;
        write_whole(&kept, census::ask_types(&binary, &workspace.lab())?.as_bytes())?;
    }
    let text = at_path(&kept, std::fs::read_to_string(&kept))?;
    let page = layout_page::markdown(&census::read(&text, "experiments/types.json")?)?;
    write_whole(&workspace.path("docs/layouts.md"), page.as_bytes())?;
    Ok(true)
}
