"""What another policy changes, in sentences: who sees more, and who sees less."""
