//! Figures side by side.

use std::path::Path;

use crate::clip::Frame;
use crate::figure::page;
use crate::scene::Scene;
use crate::{Error, Figure, Result, bitmap, layout, save, svg};

/// Figures in rows and columns on one page, in reading order.
///
/// ```
/// use gradus_plot::{Grid, line};
///
/// let left = line(&[0.0, 1.0], &[0.0, 1.0])?.title("rising");
/// let right = line(&[0.0, 1.0], &[1.0, 0.0])?.title("falling");
/// let page = Grid::new(2, vec![left, right])?.title("Two lines");
/// assert_eq!(page.size(), (880, 364));
/// # Ok::<(), gradus_plot::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Stands above all figures.
    pub title: Option<String>,
    /// The figures, row by row.
    pub figures: Vec<Figure>,
    /// How many stand in a row.
    pub columns: usize,
    /// Width and height of each figure in pixels; their own sizes are not used.
    pub panel: (u32, u32),
}

/// Height of the strip for the common title.
const TITLE_STRIP: u32 = 34;

impl Grid {
    /// Lays out figures with `columns` in a row, each 440 × 330 pixels.
    ///
    /// # Errors
    /// Without figures, or with no columns.
    pub fn new(columns: usize, figures: Vec<Figure>) -> Result<Self> {
        if columns == 0 || figures.is_empty() {
            return Err(Error::Names {
                figure: "grid",
                names: columns,
                things: format!(
                    "columns of {} figures (both must be above 0)",
                    figures.len()
                ),
            });
        }
        Ok(Self {
            title: None,
            columns: columns.min(figures.len()),
            figures,
            panel: (440, 330),
        })
    }

    /// Sets the common title.
    #[must_use]
    pub fn title(mut self, text: impl Into<String>) -> Self {
        self.title = Some(text.into());
        self
    }

    /// Sets width and height of each figure in pixels.
    #[must_use]
    pub fn panel(mut self, width: u32, height: u32) -> Self {
        self.panel = (width, height);
        self
    }

    /// Width and height of the page in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        let columns = u32::try_from(self.columns).unwrap_or(u32::MAX);
        let rows = self.figures.len().div_ceil(self.columns.max(1));
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        (
            self.panel.0.saturating_mul(columns),
            self.panel
                .1
                .saturating_mul(rows)
                .saturating_add(self.title_height()),
        )
    }

    fn title_height(&self) -> u32 {
        if self.title.is_some() { TITLE_STRIP } else { 0 }
    }

    /// The page as an SVG document.
    ///
    /// # Errors
    /// As [`Figure::to_svg`] for each figure.
    pub fn to_svg(&self) -> Result<String> {
        Ok(svg::encode(&self.scene()?))
    }

    /// The page as a PNG, two picture pixels for each pixel of [`size`](Self::size).
    ///
    /// # Errors
    /// As [`Figure::to_svg`] for each figure.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        Ok(bitmap::encode(&self.scene()?))
    }

    /// Writes the page to a file ending in `.svg` or `.png`, whole or not at all.
    ///
    /// # Errors
    /// As [`Figure::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save::save(&self.scene()?, path.as_ref())
    }

    fn scene(&self) -> Result<Scene> {
        let mut scene = page(self.size())?;
        if let Some(title) = &self.title {
            layout::page_title(title, &mut scene);
        }
        let (width, height) = (f64::from(self.panel.0), f64::from(self.panel.1));
        let columns = self.columns.max(1);
        for (index, figure) in self.figures.iter().enumerate() {
            let left = (index % columns) as f64 * width;
            let top = (index / columns) as f64 * height + f64::from(self.title_height());
            let outer = Frame {
                left,
                top,
                right: left + width,
                bottom: top + height,
            };
            layout::lay_out(figure, outer, &mut scene)?;
        }
        Ok(scene)
    }
}
