//! `rallypoint completions` and `rallypoint man`: what is made from the definitions of arguments.

use serde_json::json;

use crate::support::Folder;

#[test]
fn a_script_for_each_shell() {
    let folder = Folder::with(&[]);
    for (shell, part) in [
        ("bash", "complete -F _rallypoint"),
        ("zsh", "#compdef rallypoint"),
        ("fish", "complete -c rallypoint"),
        ("elvish", "edit:completion:arg-completer[rallypoint]"),
        ("powershell", "Register-ArgumentCompleter -Native -CommandName 'rallypoint'"),
    ] {
        let run = folder.run(&["completions", shell]);
        assert!(run.ended(0).contains(part), "{shell}: {}", run.stdout);
        let json = folder.run(&["completions", shell, "--format", "json"]).json(0);
        assert_eq!(json, json!({"shell": shell, "script": run.stdout}));
    }
    let run = folder.run(&["completions", "dos"]);
    assert_eq!(run.ended(2), "");
    assert!(run.stderr.contains("[possible values: bash, "), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn bash_completes() {
    let folder = Folder::with(&[]);
    folder.write("it.bash", folder.run(&["completions", "bash"]).ended(0).as_bytes());
    for (words, expected) in [
        ("rallypoint te", "test"),
        ("rallypoint test --fa", "--fail-fast"),
        ("rallypoint check --party-aggregation c", "collapse"),
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let [.., previous, last] = words[..] else { panic!("{words:?}") };
        let script = format!(
            "source it.bash; COMP_WORDS=({}); COMP_CWORD={}; _rallypoint rallypoint '{last}' \
             '{previous}'; echo \"${{COMPREPLY[*]}}\"",
            words.join(" "),
            words.len() - 1
        );
        let mut bash = std::process::Command::new("bash");
        let output = bash.args(["-c", &script]).current_dir(folder.path()).output();
        let run = crate::support::Run::of(output.expect("bash starts"));
        assert_eq!(run.ended(0), format!("{expected}\n"), "{words:?}: {}", run.stderr);
    }
}

#[test]
fn the_manual_is_one_page_or_many() {
    let folder = Folder::with(&[]);
    let page = folder.run(&["man"]);
    assert!(page.ended(0).contains("\n.TH rallypoint 1 "), "{}", page.stdout);
    assert!(page.stdout.contains("\n.SH \"rallypoint test\"\n"), "{}", page.stdout);
    let json = folder.run(&["man", "--format", "json"]).json(0);
    assert_eq!(json, json!({"page": page.stdout}));

    let run = folder.run(&["man", "--dir", "made/here"]);
    let written: Vec<_> = run.ended(0).lines().collect();
    assert!(written.len() >= 9, "{written:?}");
    assert!(written.contains(&"made/here/rallypoint-check.1"), "{written:?}");
    for path in &written {
        let page = std::fs::read_to_string(folder.path().join(path)).expect("it was written");
        assert!(page.contains("\n.SH NAME\nrallypoint"), "{path}: {page}");
    }
    let json = folder.run(&["man", "--dir", "made/here", "--format", "json"]).json(0);
    assert_eq!(json, json!({"written": written}));

    folder.write("file", b"");
    let run = folder.run(&["man", "--dir", "file"]);
    assert_eq!(run.ended(2), "");
    assert!(run.stderr.starts_with("error: cannot write `file/rallypoint.1`: "), "{}", run.stderr);
}
