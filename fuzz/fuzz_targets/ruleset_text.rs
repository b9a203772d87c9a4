//! Any text compiles or is refused with places that lie in it, in both readings, and what compiles
//! strictly compiles leniently.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rallypoint::{CompileOptions, RuleSet};

fuzz_target!(|text: &str| {
    let read = |strict| RuleSet::compile(text, CompileOptions::default().strict(strict));
    let (strict, lenient) = (read(true), read(false));
    assert!(strict.is_err() || lenient.is_ok());
    for errors in [strict.err(), lenient.err()].into_iter().flatten() {
        for error in errors.errors() {
            let at = error.location();
            assert!(text.get(at.source.clone()).is_some(), "{error}");
            assert!(!error.kind().to_string().is_empty());
        }
    }
});
