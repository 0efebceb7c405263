"""From a parse tree to what the server would touch: one module a part of the grammar, and no policy."""
