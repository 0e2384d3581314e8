//! The gallery: what the chapters print and draw, as one page that needs no other file.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::workspace::Result;

/// What a chapter announces a figure with: `figure: target/figures/<chapter>/<name>.svg, .png`.
const FIGURE: &str = "figure: ";

/// A chapter that was run.
#[derive(Debug)]
pub(super) struct Chapter {
    pub(super) name: String,
    pub(super) output: String,
}

/// Writes the page to `target/figures/index.html` below `root`.
pub(super) fn write(root: &Path, chapters: &[Chapter]) -> Result<()> {
    let page = page(chapters, |figure| {
        fs::read_to_string(root.join(figure)).map_err(|e| format!("{figure}: {e}").into())
    })?;
    let path = root.join("target/figures/index.html");
    fs::write(&path, page).map_err(|e| format!("{}: {e}", path.display()))?;
    println!("gallery: target/figures/index.html");
    Ok(())
}

fn page(chapters: &[Chapter], figure: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut contents = String::new();
    let mut sections = String::new();
    for Chapter { name, output } in chapters {
        let title = title(name);
        writeln!(contents, r##"<li><a href="#{name}">{title}</a></li>"##)?;
        writeln!(sections, r#"<section id="{name}"><h2>{title}</h2>"#)?;
        let mut text = String::new();
        for line in output.lines() {
            let Some(path) = line
                .strip_prefix(FIGURE)
                .and_then(|rest| rest.split(',').next())
            else {
                text.push_str(line);
                text.push('\n');
                continue;
            };
            paragraph(&mut sections, &mut text)?;
            let picture = data_url(&figure(path)?);
            writeln!(sections, r#"<img src="{picture}" alt="{}">"#, escaped(path))?;
        }
        paragraph(&mut sections, &mut text)?;
        sections.push_str("</section>\n");
    }
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>gradus: the course, chapter by chapter</title>\n<style>{STYLE}</style>\n\
         <nav><h1>gradus</h1><ol>\n{contents}</ol></nav>\n<main>\n{sections}</main></html>\n"
    ))
}

const STYLE: &str = "\
body{margin:0;display:flex;font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff}\
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem 1.5rem;box-sizing:border-box;background:#f6f7f9;min-width:15rem}\
nav ol{list-style:none;padding:0}nav a{color:#0a58a6;text-decoration:none}\
main{padding:1rem 3rem;max-width:60rem;min-width:0}section{margin-bottom:4rem}\
h2{border-bottom:1px solid #ddd;padding-bottom:.3rem}\
pre{background:#f6f7f9;padding:.8rem 1rem;overflow-x:auto;font-size:13px;line-height:1.4;border-radius:6px}\
img{max-width:100%;display:block;margin:1rem 0}\
@media(max-width:50rem){body{display:block}nav{position:static;height:auto}main{padding:1rem}}";

/// `ch09_slope_and_bias` → `9 Slope and bias`.
fn title(name: &str) -> String {
    let (number, words) = match name
        .strip_prefix("ch")
        .and_then(|rest| rest.split_once('_'))
    {
        Some((number, words)) => (number.trim_start_matches('0'), words),
        None => ("", name),
    };
    let mut words = words.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{number} {words}").trim().to_owned()
}

fn paragraph(sections: &mut String, text: &mut String) -> Result<()> {
    if !text.trim().is_empty() {
        writeln!(sections, "<pre>{}</pre>", escaped(text.trim_matches('\n')))?;
    }
    text.clear();
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// An SVG as an address of its own: only what would end the address or start an escape is escaped.
fn data_url(svg: &str) -> String {
    let mut url = "data:image/svg+xml;charset=utf-8,".to_owned();
    for c in svg.chars() {
        match c {
            '%' => url.push_str("%25"),
            '#' => url.push_str("%23"),
            '"' => url.push_str("%22"),
            '<' => url.push_str("%3C"),
            '>' => url.push_str("%3E"),
            '\n' | '\r' => url.push_str("%0A"),
            c => url.push(c),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_figures_stand_in_their_order() {
        let chapter = Chapter {
            name: "ch09_slope_and_bias".to_owned(),
            output: "a < b\nfigure: target/figures/x/cost.svg, .png\nafter".to_owned(),
        };
        let html = page(&[chapter], |path| Ok(format!("<svg id=\"{path}\"/>"))).unwrap();
        let at = |text: &str| {
            html.find(text)
                .unwrap_or_else(|| panic!("{text} in {html}"))
        };
        assert!(at("a &lt; b") < at("%3Csvg id=%22target/figures/x/cost.svg%22/%3E"));
        assert!(at("cost.svg%22") < at("<pre>after</pre>"));
        assert!(html.contains("9 Slope and bias"));
    }

    #[test]
    fn a_figure_that_is_missing_is_an_error() {
        let chapter = Chapter {
            name: "c".to_owned(),
            output: "figure: none.svg, .png".to_owned(),
        };
        assert!(page(&[chapter], |_| Err("none.svg: not found".into())).is_err());
    }
}
