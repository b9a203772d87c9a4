//! The list that every phase of compilation adds to, so that one run finds every problem.

use std::ops::Range;

use super::error::{RuleSetError, RuleSetErrors, RuleSetWarning};
use super::kinds::{RuleSetErrorKind, RuleSetWarningKind};
use super::lax::LaxReading;
use super::source::{Location, Site, SourceText};
use crate::base::pointer::JsonPointer;

/// Problems beyond this many are counted out: a text made to be hostile gets a bounded answer.
const PROBLEMS_MAX: usize = 100;

/// Collects the errors and warnings of one text.
pub(crate) struct Problems<'t> {
    pub(crate) source: SourceText<'t>,
    strict: bool,
    errors: Vec<RuleSetError>,
    warnings: Vec<RuleSetWarning>,
    /// How many of the warnings are lax readings: a hundred comments must not hide the others.
    lax_warnings: usize,
}

impl<'t> Problems<'t> {
    pub(crate) fn new(text: &'t str, strict: bool) -> Self {
        Self {
            source: SourceText::new(text),
            strict,
            errors: Vec::new(),
            warnings: Vec::new(),
            lax_warnings: 0,
        }
    }

    pub(crate) fn error(&mut self, at: &Site, kind: RuleSetErrorKind) {
        self.push_error(kind, None, |source| source.location(at));
    }

    pub(crate) fn error_help(
        &mut self,
        at: &Site,
        kind: RuleSetErrorKind,
        help: impl Into<String>,
    ) {
        self.push_error(kind, Some(help.into()), |source| source.location(at));
    }

    /// An error at a part of a string; `inside` counts bytes of the string's value.
    pub(crate) fn error_inside(
        &mut self,
        at: &Site,
        inside: Range<usize>,
        kind: RuleSetErrorKind,
        help: Option<String>,
    ) {
        self.push_error(kind, help, |source| source.location_inside(at, inside));
    }

    pub(crate) fn warn(&mut self, at: &Site, kind: RuleSetWarningKind, help: Option<String>) {
        self.push_warning(kind, help, |source| source.location(at));
    }

    pub(crate) fn warn_inside(
        &mut self,
        at: &Site,
        inside: Range<usize>,
        kind: RuleSetWarningKind,
        help: Option<String>,
    ) {
        self.push_warning(kind, help, |source| source.location_inside(at, inside));
    }

    /// A reading that the service's own text does not promise: a warning, an error when strict.
    pub(crate) fn lax(&mut self, at: &Site, reading: LaxReading) {
        let help = Some(reading.remedy());
        if self.strict {
            self.push_error(RuleSetErrorKind::Lax(reading), help, |source| source.location(at));
        } else {
            self.warn(at, RuleSetWarningKind::Lax(reading), help);
        }
    }

    /// Whether so many errors are found that no more are listed: looking for them is in vain.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() > PROBLEMS_MAX
    }

    /// Whether another lax reading would be listed.
    pub(crate) fn lists_lax(&self) -> bool {
        !self.is_full() && (self.strict || self.lax_warnings < PROBLEMS_MAX)
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether a warning of this code is listed at this place.
    pub(crate) fn warns_at(&self, at: &Site, code: &str) -> bool {
        let start = at.span.start as usize;
        let mut warnings = self.warnings.iter();
        warnings.any(|it| it.at.source.start == start && it.kind.code() == code)
    }

    /// The warnings, in the order of the text.
    pub(crate) fn into_warnings(mut self) -> Vec<RuleSetWarning> {
        self.warnings.sort_by_key(|warning| warning.at.source.start);
        self.warnings
    }

    /// The value, if no error was found, with the warnings; else all errors in the order of the
    /// text.
    pub(crate) fn finish<T>(
        mut self,
        value: Option<T>,
    ) -> Result<(T, Vec<RuleSetWarning>), RuleSetErrors> {
        self.warnings.sort_by_key(|warning| warning.at.source.start);
        match value {
            Some(value) if self.errors.is_empty() => Ok((value, self.warnings)),
            _ => {
                self.errors.sort_by_key(|error| error.at.source.start);
                Err(RuleSetErrors::new(self.errors, self.warnings))
            }
        }
    }

    /// `place` is asked only while there is room: finding a place means counting characters, and
    /// a hostile text has tens of thousands of problems in one line.
    fn push_error(
        &mut self,
        kind: RuleSetErrorKind,
        help: Option<String>,
        place: impl FnOnce(&SourceText<'t>) -> Location,
    ) {
        match self.errors.len() {
            0..PROBLEMS_MAX => {
                let error = RuleSetError::new(kind, place(&self.source), help);
                // A value that is in force for several epochs is judged in each.
                if !self.errors.contains(&error) {
                    self.errors.push(error);
                }
            }
            PROBLEMS_MAX => {
                let whole = Site { pointer: JsonPointer::default(), span: Default::default() };
                let location = self.source.location(&whole);
                let kind = RuleSetErrorKind::TooManyErrors { limit: PROBLEMS_MAX };
                self.errors.push(RuleSetError::new(kind, location, None));
            }
            _ => {}
        }
    }

    fn push_warning(
        &mut self,
        kind: RuleSetWarningKind,
        help: Option<String>,
        place: impl FnOnce(&SourceText<'t>) -> Location,
    ) {
        let is_lax = matches!(kind, RuleSetWarningKind::Lax(_));
        let others = self.warnings.len() - self.lax_warnings;
        if (if is_lax { self.lax_warnings } else { others }) >= PROBLEMS_MAX {
            return;
        }
        let warning = RuleSetWarning::new(kind, place(&self.source), help);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
            self.lax_warnings += usize::from(is_lax);
        }
    }
}
