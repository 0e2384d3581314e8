//! Figures for training runs: lines, scatter, boundaries, heat maps, ROC; SVG and PNG without system libraries.
