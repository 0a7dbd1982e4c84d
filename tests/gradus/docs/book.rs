//! `gradus mdbook`, as mdBook runs it.

use serde_json::{Value, json};

use crate::harness::Desk;

fn book(list: &str) -> Value {
    let chapter = json!({ "Chapter": { "name": "First", "content": "# First\n", "number": [1],
        "sub_items": [], "path": "first.md", "source_path": "first.md", "parent_names": [] } });
    json!({ list: [chapter] })
}

fn run(desk: &Desk, context: &Value, book: &Value) -> Value {
    let input = json!([context, book]).to_string();
    let run = desk.gradus_with(&["mdbook"], &input, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    run.json()
}

#[test]
fn lessons_become_chapters_after_those_of_the_book() {
    let desk = Desk::new();
    let context = json!({ "root": desk.path("here"), "renderer": "html",
        "config": { "preprocessor": { "gradus": { "course": "../course" } } } });
    // mdBook called the list `sections` before version 0.5.
    for list in ["items", "sections"] {
        let before = book(list);
        let after = run(&desk, &context, &before);
        let items = after[list].as_array().expect("items");
        assert_eq!(
            items[0], before[list][0],
            "what was there is left as it was"
        );
        assert!(items[1]["PartTitle"].is_string(), "{items:?}");
        assert_eq!(items.len(), 4, "two lessons");
        let lesson = &items[2]["Chapter"];
        assert_eq!(lesson["path"], "lessons/01-start.md");
        let text = lesson["content"].as_str().expect("text");
        assert!(text.starts_with("# 1. Start\n"), "{text}");
        for part in [
            "<details>",
            "(../exercises/double.md)",
            "`gradus check double`",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("```quiz") && !text.contains("+++"), "{text}");
        let exercise = &lesson["sub_items"][0]["Chapter"];
        assert_eq!(exercise["path"], "exercises/double.md");
        assert_eq!(exercise["parent_names"], json!(["1. Start"]));
    }
}

#[test]
fn without_a_course_in_the_book_the_built_in_one_is_added() {
    let desk = Desk::new();
    let after = run(&desk, &json!({ "root": "/", "config": {} }), &book("items"));
    let items = after["items"].as_array().expect("items");
    assert!(items.len() > 10, "{} items", items.len());
    let whole = after.to_string();
    assert!(
        !whole.contains("caught_by") && !whole.contains("#[test]"),
        "hidden parts"
    );
}

#[test]
fn every_renderer_is_supported_and_rubbish_is_refused() {
    let desk = Desk::new();
    assert_eq!(desk.gradus(&["mdbook", "supports", "html"]).code, Some(0));
    for input in ["", "{}", "[{}, {}]"] {
        let run = desk.gradus_with(&["mdbook"], input, &[]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("book.toml"), "{run:?}");
    }
}
