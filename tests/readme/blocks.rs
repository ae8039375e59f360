//! The shell blocks of a page: commands, each with its output as the page shows it.

/// A command and its output.
#[derive(Debug, PartialEq)]
pub struct Step {
    /// The line behind the prompt.
    pub command: String,
    /// The lines below it, up to the next prompt.
    pub shown: String,
}

/// The contents of a page's blocks, in their order.
pub fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("```").skip(1).step_by(2);
    // The rest of the first line names the language.
    let bodies = parts.filter_map(|part| part.split_once('\n'));
    bodies.map(|(_, body)| body.to_owned()).collect()
}

/// The steps of all blocks with a prompt.
pub fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in blocks(page).iter().filter(|block| block.starts_with("$ ")) {
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step {
                    command: command.to_owned(),
                    shown: String::new(),
                });
            } else if let Some(step) = steps.last_mut() {
                step.shown.push_str(line);
                step.shown.push('\n');
            }
        }
    }
    steps
}

#[test]
fn steps_are_the_commands_with_what_is_below() {
    let page = "a\n```\nb\n```\nc\n```sh\n$ d 1\ne\n f\n$ g\n```\n";
    let step = |command: &str, shown: &str| Step {
        command: command.into(),
        shown: shown.into(),
    };
    assert_eq!(steps(page), [step("d 1", "e\n f\n"), step("g", "")]);
    assert_eq!(blocks(page)[0], "b\n");
}
