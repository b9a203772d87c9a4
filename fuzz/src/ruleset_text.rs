//! Any text compiles, or is refused with places that lie in it, in both readings. What compiles
//! strictly compiles leniently, to the same. What compiles can be described, and a matchmaker takes
//! it or says why not.

use rallypoint::{
    CompileOptions, Configuration, EngineOptions, Matchmaker, PartyAggregation, RuleSet, Timestamp,
};

pub fn run(data: &[u8]) -> u64 {
    let Ok(text) = std::str::from_utf8(data) else { return 0 };
    let options = CompileOptions::default();
    let strict = RuleSet::compile(text, options.strict(true));
    let lenient = RuleSet::compile(text, options);
    for errors in [strict.as_ref().err(), lenient.as_ref().err()].into_iter().flatten() {
        assert!(!errors.errors().is_empty(), "refused without a reason");
        for error in errors.errors() {
            let at = error.location();
            assert!(text.get(at.source.clone()).is_some(), "{error}");
            assert!(!error.kind().to_string().is_empty());
        }
    }
    let Ok(rule_set) = lenient else {
        assert!(strict.is_err(), "the strict reading takes what the lenient one refuses");
        return 0;
    };
    for warning in rule_set.warnings() {
        assert!(text.get(warning.location().source.clone()).is_some(), "{warning}");
    }
    let described = |rule_set: &RuleSet| format!("{:?}", rule_set.describe());
    if let Ok(strict) = strict {
        assert_eq!(described(&strict), described(&rule_set));
    }
    assert!(rule_set.dependency_graph().starts_with("digraph"));
    let collapse = options.party_aggregation(PartyAggregation::Collapse);
    let mut checked = 1;
    if let Ok(collapsed) = RuleSet::compile(text, collapse) {
        assert_ne!(collapsed.fingerprint(), rule_set.fingerprint());
        checked += u64::from(!described(&collapsed).is_empty());
    }
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let made = Matchmaker::new(rule_set, configuration, options, Timestamp::from_millis(0), 7);
    checked + u64::from(made.is_ok())
}
