//! Shared by the chapters.
