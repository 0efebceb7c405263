"""The word tables: data files, one a language, and the short forms."""
