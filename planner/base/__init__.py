"""Shared ground without a clinical word: model mixins, access, the form base, safe Markdown, text that may be typed."""
